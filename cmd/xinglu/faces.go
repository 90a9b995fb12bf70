package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/xinglu/xinglu/engine/exam"
)

// Limits of a comparison of faces: staff wait in front of the candidate.
const (
	faceTimeout = 5 * time.Second
	faceAnswer  = 64 << 10 // bytes of the service's answer
)

// faceMatcher asks the service at the URL to compare faces; nil without a
// URL. It posts multipart/form-data with the files portrait and picture, and
// reads {"score": 0…1000}, in thousandths. Redirects are not followed, so
// pictures go nowhere else. Pictures and answers are neither kept nor logged.
func faceMatcher(url string) exam.Faces {
	if url == "" {
		return nil
	}
	client := &http.Client{Timeout: faceTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return func(ctx context.Context, portrait, now []byte) (int64, error) {
		body, kind, err := facesForm(portrait, now)
		if err != nil {
			return 0, err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
		if err != nil {
			return 0, fmt.Errorf("comparing faces: %w", err)
		}
		req.Header.Set("Content-Type", kind)
		res, err := client.Do(req)
		if err != nil {
			return 0, fmt.Errorf("comparing faces: %w", err)
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return 0, fmt.Errorf("comparing faces: the service answers %s", res.Status)
		}
		return readScore(res.Body)
	}
}

func facesForm(portrait, now []byte) (*bytes.Buffer, string, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, f := range []struct {
		name string
		data []byte
	}{{"portrait", portrait}, {"picture", now}} {
		part, err := form.CreateFormFile(f.name, f.name)
		if err == nil {
			_, err = part.Write(f.data)
		}
		if err != nil {
			return nil, "", fmt.Errorf("writing pictures: %w", err)
		}
	}
	return &body, form.FormDataContentType(), form.Close()
}

// readScore reads the answer; what is no score is an error, never a 0.
func readScore(r io.Reader) (int64, error) {
	data, err := io.ReadAll(io.LimitReader(r, faceAnswer+1))
	if err != nil {
		return 0, fmt.Errorf("comparing faces: %w", err)
	}
	var answer struct {
		Score *int64 `json:"score"`
	}
	if len(data) > faceAnswer || json.Unmarshal(data, &answer) != nil || answer.Score == nil || *answer.Score < 0 || *answer.Score > 1000 {
		return 0, fmt.Errorf("comparing faces: the service's answer is no score from 0 to 1000")
	}
	return *answer.Score, nil
}
