// Package exchange reads and writes question banks as .xlsx workbooks in the
// layouts of the national question bank.
//
// Reading is tolerant in form and strict in meaning: full and half width,
// option prefixes, the many ways to write an answer and merged cells are
// understood; what cannot be understood is a problem in the report, with its
// file, sheet, row and column, and stops the file when it is accepted.
// Nothing is dropped without a word.
//
// # Questions
//
// One sheet, or one sheet per level whose name says the level ("高级工",
// "三级"). The header row is among the first ten; columns are found by name
// in any order, spaces, stars and "(必填)" in names do not matter:
//
//	试题GUID 题型* 题干* 答案* 选项A* 选项B* 选项C … 选项H
//	知识点一级* … 知识点六级 难度 一致性 分数 解析 出处 左列 小题
//
// Columns with * must be there. After 选项A, bare letters are options. The
// knowledge cells lead from the level-1 range down to the point; the deepest
// that is filled is the point, by name, code or both ("014",
// "014熔断器额定电流的选择", "A基本要求A").
//
// What 答案 holds depends on the kind: letters or √ and × for choices, what is
// accepted in each blank for 填空题 (see ParseBlanks), the right order for
// 排序题 ("CABD"), the reference answer for 简答题, 计算题 and 论述题. A 匹配题
// has pairs 左=右 in its option cells and no answer, or its left column in 左列
// and letters as the answer. A 案例分析题 is a row with the material; the rows
// below it that number themselves in 小题 are its parts.
//
// Cells hold plain characters, super- and subscripts by format, formulas
// \( … \) and $$ … $$, or the HTML of package richtext. Pictures (PNG, JPEG)
// stand in the row of their question, or beside the workbook in a .zip and are
// named in the text: [图1], [图:电路.png]. Template writes a workbook that says
// all this to authors, with an example of each kind.
//
// # Outlines
//
// Fourteen columns A to N, three header rows, data from row 4:
//
//	A code, B name                       of the level-1 range
//	C code, D name, E weight in percent  of the level-2 range
//	F code, G name, H weight             of the level-3 range
//	I code, J name, K weight             of the level-4 range
//	L code, M name, N importance X/Y/Z   of the point
//
// A level-1 weight is the sum of its level-2 weights. Merged and blank range
// cells repeat the range above. When the header rows name the columns (a row
// of groups such as 一级鉴定范围 and 鉴定点 over a row of 代码, 名称, 比重,
// 重要程度), they decide, and up to six levels and a level-1 weight are read.
package exchange
