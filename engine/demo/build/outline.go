package main

import "github.com/xuri/excelize/v2"

// firstPointRow is the row of the first point: three header rows stand above.
const firstPointRow = 4

// outlineBook writes the outline: columns A to N as package bank/exchange
// documents, I to K empty because this outline has no fourth level, and each
// range in merged cells over all of its points.
func outlineBook(src source) (*excelize.File, error) {
	s := newSheet()
	s.row(1, "电工 三级/高级工 理论知识鉴定要素细目表（演示）")
	s.row(2, "一级鉴定范围", nil, "二级鉴定范围", nil, nil, "三级鉴定范围", nil, nil, "四级鉴定范围", nil, nil, "鉴定点", nil, nil)
	s.row(3, "代码", "名称", "代码", "名称", "鉴定比重(%)", "代码", "名称", "鉴定比重(%)",
		"代码", "名称", "鉴定比重(%)", "代码", "名称", "重要程度")
	s.merge(0, 1, 13, 1)
	for _, group := range [][2]int{{0, 1}, {2, 4}, {5, 7}, {8, 10}, {11, 13}} {
		s.merge(group[0], 2, group[1], 2)
	}
	for i, p := range src.points {
		row := firstPointRow + i
		s.row(row, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, p.code, p.name, p.importance)
		for depth := range p.levels {
			if i > 0 && sameRange(src.points[i-1], p, depth) {
				continue
			}
			last := i
			for last+1 < len(src.points) && sameRange(src.points[last+1], p, depth) {
				last++
			}
			s.writeRange(p.levels[depth], depth, row, firstPointRow+last)
		}
	}
	s.look(firstPointRow-1, 6, 14, 6, 24, 8, 6, 26, 8, 6, 6, 8, 8, 34, 8)
	return s.done()
}

// sameRange reports whether two points lie in one range at a depth.
func sameRange(a, b point, depth int) bool {
	for i := range depth + 1 {
		if a.levels[i] != b.levels[i] {
			return false
		}
	}
	return true
}

// writeRange writes code, name and, below level 1, weight of a range over its
// rows.
func (s *sheet) writeRange(l level, depth, first, last int) {
	values := []any{l.code, l.name, l.weight}
	column := 3*depth - 1
	if depth == 0 {
		values, column = values[:2], 0
	}
	for i, v := range values {
		s.try(s.file.SetCellValue(sheetName, cellName(column+i, first), v))
		s.merge(column+i, first, column+i, last)
	}
}
