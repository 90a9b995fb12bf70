package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestFaceMatcher(t *testing.T) {
	t.Parallel()
	if faceMatcher("") != nil {
		t.Error("without a service somebody compares faces")
	}
	answers := map[string]struct {
		status int
		body   string
		want   int64
		ok     bool
	}{
		"/score":     {200, `{"score": 873}`, 873, true},
		"/zero":      {200, `{"score": 0}`, 0, true},
		"/none":      {200, `{}`, 0, false},
		"/high":      {200, `{"score": 1001}`, 0, false},
		"/low":       {200, `{"score": -1}`, 0, false},
		"/fraction":  {200, `{"score": 0.9}`, 0, false},
		"/broken":    {200, `<html>`, 0, false},
		"/error":     {500, `{"score": 900}`, 0, false},
		"/elsewhere": {302, ``, 0, false},
		"/large":     {200, `{"score": 900}` + strings.Repeat(" ", faceAnswer), 0, false},
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, want := range map[string]string{"portrait": "登记照", "picture": "现场照"} {
			f, _, err := r.FormFile(name)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			if data, _ := io.ReadAll(f); string(data) != want {
				t.Errorf("%s holds %q", name, data)
			}
		}
		a := answers[r.URL.Path]
		if a.status == 302 {
			w.Header().Set("Location", "/score")
		}
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.body)
	}))
	t.Cleanup(srv.Close)
	for path, a := range answers {
		score, err := faceMatcher(srv.URL+path)(t.Context(), []byte("登记照"), []byte("现场照"))
		if score != a.want || (err == nil) != a.ok {
			t.Errorf("%s: %d, %v", path, score, err)
		}
	}
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	if _, err := faceMatcher(gone.URL)(t.Context(), nil, nil); err == nil {
		t.Error("a service that is not there gives a score")
	}
}
