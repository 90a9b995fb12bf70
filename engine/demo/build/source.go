package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// level is one range above a point, as a line of the outline repeats it.
type level struct {
	code, name string
	weight     int // percent
}

// point is a line of outline.tsv.
type point struct {
	levels     [3]level
	code, name string
	importance string // X, Y or Z
}

// rangeCode names the level-2 range of the point: "B-C".
func (p point) rangeCode() string { return p.levels[0].code + "-" + p.levels[1].code }

// question is a line of questions-*.tsv.
type question struct {
	file        string
	id, kind    string
	stem        string
	answer      string   // "C", "ABD", "√" or "×"
	options     []string // up to the last that is filled; none for 判断
	point       point
	difficulty  int
	score       int
	explanation string
	source      string
}

// The kinds of question as the sources write them.
const (
	single   = "单选"
	multiple = "多选"
	truth    = "判断"
)

// source is the whole of the demo bank.
type source struct {
	points    []point    // in the order of the outline
	questions []question // by id within the order of their files
	items     []item     // of kinds.tsv, in its order
}

var (
	outlineHeader = strings.Fields("l1_code l1_name l1_weight l2_code l2_name l2_weight l3_code l3_name l3_weight " +
		"point_code point_name importance")
	questionHeader = strings.Fields("id kind stem answer a b c d e point_code difficulty score explanation source")
)

// readSource reads outline.tsv and every questions-*.tsv of a folder. Errors
// name the file and line.
func readSource(dir string) (source, error) {
	var s source
	byCode := map[string]point{}
	err := readTable(filepath.Join(dir, "outline.tsv"), outlineHeader, func(cells []string) error {
		p := point{code: cells[9], name: cells[10], importance: cells[11]}
		for i := range p.levels {
			weight, err := strconv.Atoi(cells[3*i+2])
			if err != nil {
				return fmt.Errorf("weight: %w", err)
			}
			p.levels[i] = level{cells[3*i], cells[3*i+1], weight}
		}
		if _, ok := byCode[p.code]; ok {
			return fmt.Errorf("point %s is there twice", p.code)
		}
		byCode[p.code] = p
		s.points = append(s.points, p)
		return nil
	})
	if err != nil {
		return s, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "questions-*.tsv"))
	if err != nil {
		return s, fmt.Errorf("listing questions: %w", err)
	}
	for _, file := range files { // sorted by Glob
		err := readTable(file, questionHeader, func(cells []string) error {
			q, err := parseQuestion(cells, byCode)
			q.file = filepath.Base(file)
			s.questions = append(s.questions, q)
			return err
		})
		if err != nil {
			return s, err
		}
	}
	s.items, err = readKinds(dir, s.points)
	return s, err
}

func parseQuestion(cells []string, points map[string]point) (question, error) {
	q := question{id: cells[0], kind: cells[1], stem: cells[2], answer: cells[3],
		explanation: cells[12], source: cells[13]}
	q.options = slices.Clone(cells[4:9])
	for len(q.options) > 0 && q.options[len(q.options)-1] == "" {
		q.options = q.options[:len(q.options)-1]
	}
	var ok bool
	if q.point, ok = points[cells[9]]; !ok {
		return q, fmt.Errorf("the outline has no point %q", cells[9])
	}
	var err error
	if q.difficulty, err = strconv.Atoi(cells[10]); err != nil {
		return q, fmt.Errorf("difficulty: %w", err)
	}
	if q.score, err = strconv.Atoi(cells[11]); err != nil {
		return q, fmt.Errorf("score: %w", err)
	}
	return q, nil
}

// readTable calls take for each line below the header.
func readTable(path string, header []string, take func(cells []string) error) error {
	body, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading sources: %w", err)
	}
	lines := strings.Split(strings.TrimRight(string(body), "\n"), "\n")
	for i, line := range lines {
		cells := strings.Split(line, "\t")
		switch {
		case i == 0 && !slices.Equal(cells, header):
			return fmt.Errorf("%s: the header is %q, not %q", path, cells, header)
		case i == 0:
			continue
		case len(cells) != len(header):
			return fmt.Errorf("%s:%d: %d cells, not %d", path, i+1, len(cells), len(header))
		}
		if err := take(cells); err != nil {
			return fmt.Errorf("%s:%d: %w", path, i+1, err)
		}
	}
	return nil
}
