// Package exchange reads and writes marking schemes (评分表) as .xlsx workbooks:
// the sheet that WorldSkills' CIS imports, and the ordinary Chinese workbook.
//
// Reading is tolerant in form and strict in meaning: full width, merged cells,
// many names of a column and the results of formulas are understood; what does
// not add up or cannot be understood is a problem in the report, with its
// sheet, row and column, and then nothing is imported at all. Hidden rows are
// refused, since nobody has seen them. Writing says what a workbook does not
// carry. All functions are safe for concurrent use.
//
// # CIS
//
// ReadCIS and WriteCIS know the sheet “CIS Marking Scheme Import”
// (domain/contest.md §3.2). From the top: the name of the skill; the table of
// standard sections (WSSS) with their marks, the marks that aspects carry and
// the variation; the table of criteria; then for each criterion a header row
// with its total in L to N and, in columns
//
//	A Sub Criterion ID   B its name   C day of marking            row of a sub-criterion
//	D M or J   E description   G extra description   H requirement
//	I section   J calculation row   K max mark                    row of an aspect
//	F score 0 to 3   G its description                            four rows below a J
//
// A criterion is a Module whose id is its letter. An aspect has no id there;
// it gets that of its sub-criterion and its number, "A1.3". M is yes or no,
// unless the requirement is a tolerance. The Russian types B (binary) and D
// (discrete, its values in rows below it) are read too.
//
// CIS has no place for the other kinds of aspect, their parameters, the
// agreement of panels, ids, a second language, imported modules, time limits
// and zeroing. They stand in columns P to R, “Xinglu ID”, “Xinglu Kind” and
// “Xinglu Data” (JSON of what is left), which CIS does not read, so that our
// own round trip loses nothing; WriteCIS warns of each that CIS will not see.
//
// # The ordinary workbook
//
// ReadScheme and WriteScheme: one sheet for each module, or one with a column
// 评分模块. Above the header stand the name and labels such as 评分模块 and 总配分;
// the header row is among the first twenty filled ones; columns are found by
// name in any order:
//
//	评分模块 一级编号 一级指标 一级配分 评分日 编号 二级指标* 要求 评分标准
//	评分方式 评分参数 评分步长 配分* 得分 备注
//
// Those with * must be there. 一级指标 (sub-criterion) may be merged or blank
// below its first line. 小计, 合计, 总配分, 一级配分 and an amount in the name
// ("工艺卡（6分）") are held against the sum of their lines, and both are named
// when they differ. 评分方式 names the kind, or 测量 and 扣分 a family of kinds
// whose member follows from the parameters:
//
//	测量（是否）               full marks or nothing
//	测量（分档）  评分参数      0.50=位置接近, a line for each step
//	测量（公差）               80.00±0.20 mm, 3.50 +0.10/-0.05 mm, ≥1.0 MΩ, 1.0~2.0 V
//	测量（打分）  评分步长      0.50
//	扣分（每处）  评分参数      每处扣0.50分
//	扣分（清单）               5.00×1=带电作业, a line for each deduction
//	评价                      0=…, 1=…, 2=…, 3=…, four lines
//	违规扣分                  as a list, with 配分 0
//	测量（查找）               档 …, 项 …, 误报 2.00分，每个扣1.00分
//	测量（计时）               计时 赛位时钟, 基础 1.00分, ≤900秒=10.00分, 其余=0.00分
//
// A line may begin with an id in brackets and end with an English label after
// |. Without a way of marking judges write marks down as a number. WriteTemplate
// writes a workbook that says all this to authors.
package exchange
