package engine

import (
	"context"
	"io"
	"slices"

	"github.com/xinglu/xinglu/bank"
	"github.com/xinglu/xinglu/engine/exam"
	"github.com/xinglu/xinglu/engine/namelist"
)

// personColumns are the columns of a list of competitors, in the order of the
// template. Their paths are those of a Person.
var personColumns = namelist.Columns{
	{Path: "name", Name: "姓名", Also: []string{"选手姓名", "参赛选手"}, Required: true, Help: "与身份证件一致", Example: [2]string{"张三", "李四"}},
	{Path: "id_type", Name: "证件类型", Also: []string{"身份证件类型"}, Help: "不填为居民身份证", Example: [2]string{"", "护照"}},
	{Path: "id_number", Name: "证件号码", Also: []string{"身份证号", "身份证号码", "身份证件号码", "公民身份号码", "证件号"}, Help: "请把本列设为文本格式，末位 X 用大写", Example: [2]string{"", ""}},
	{Path: "unit", Name: "单位", Also: []string{"工作单位", "单位名称", "学校", "所在单位"}, Required: true, Help: "工作单位或学校；裁判回避、抽签时同单位不相邻按此判断", Example: [2]string{"某某公司", "某某技师学院"}},
	{Path: "delegation", Name: "代表队", Also: []string{"参赛队", "代表团", "推荐单位"}, Help: "大赛中登记的代表队名称", Example: [2]string{"某某市代表队", "某某市代表队"}},
	{Path: "city", Name: "地市", Also: []string{"城市", "所在地市", "市"}, Help: "不填为代表队的地市", Example: [2]string{"济南", ""}},
	{Path: "identity", Name: "身份", Also: []string{"参赛身份", "人员类别", "选手类别", "组别"}, Help: "职工、教师 或 学生", Example: [2]string{"职工", "学生"}},
	{Path: "born", Name: "出生日期", Also: []string{"出生年月"}, Help: "居民身份证不用填，如 1990-05-01", Example: [2]string{"", "1999-05-01"}},
	{Path: "held_level", Name: "已有证书等级", Also: []string{"持证等级", "现有证书等级", "职业技能等级", "技能等级"}, Help: "没有填 无", Example: [2]string{"三级/高级工", "无"}},
	{Path: "held_number", Name: "证书编号", Also: []string{"证书号", "持证编号"}, Help: "", Example: [2]string{"", ""}},
	{Path: "team", Name: "队名", Also: []string{"团队", "团队名称", "参赛队名"}, Help: "团体赛填写，同一队的队名相同", Example: [2]string{"", ""}},
	{Path: "role", Name: "角色", Also: []string{"队内角色", "岗位"}, Help: "团体赛中规定了角色的填写", Example: [2]string{"", ""}},
}

// PersonTemplate writes the workbook to fill in for a division.
func (s *Contests) PersonTemplate(ctx context.Context, w io.Writer, id DivisionID) error {
	div, err := s.Division(ctx, id)
	if err != nil {
		return err
	}
	contest, err := s.Contest(ctx, div.Contest)
	if err != nil {
		return err
	}
	return personColumns.Template(w, "参赛报名表", contest.Name.ZH+" "+div.Name.ZH, "一行一人；有一行错误则整份不导入，请按提示修改后重新导入")
}

// PersonRoster is a workbook of people that was read.
type PersonRoster struct {
	list PersonList
	rows []*namelist.Row
}

// ReadPersons reads a workbook of people. Rows with mistakes are kept with
// their problems; PreviewRoster makes the report. The error is for files that
// cannot be read at all, as by namelist.Columns.Read.
func ReadPersons(r io.Reader, size int64, name string) (*PersonRoster, error) {
	rows, sum, err := personColumns.Read(r, size, name, maxList)
	if err != nil {
		return nil, err
	}
	ro := &PersonRoster{rows: rows, list: PersonList{Source: name, SHA256: sum}}
	for _, row := range rows {
		ro.list.List = append(ro.list.List, readPerson(row))
		ro.list.Rows = append(ro.list.Rows, row.Place())
	}
	return ro, nil
}

func readPerson(r *namelist.Row) Person {
	p := Person{
		Name: r.Get("name"), IDNumber: r.IDNumber("id_number"), Unit: r.Get("unit"), City: r.Get("city"), Delegation: r.Get("delegation"),
		HeldNumber: r.Get("held_number"), Team: r.Get("team"), Role: r.Get("role"),
	}
	var ok bool
	if p.IDType, ok = namelist.IDType(r.Get("id_type")); !ok {
		r.Wrong("id_type", "id_type_unknown", "this kind of identity document is not known")
		p.IDType = exam.IDOtherLicence
	}
	if p.Born, ok = namelist.Day(r.Get("born")); !ok {
		r.Wrong("born", "date_form", "give the day as 1990-05-01")
	}
	identity, ok := namelist.Identity(r.Get("identity"))
	if !ok || identity == "none" {
		r.Wrong("identity", "identity_unknown", "write 职工, 教师 or 学生")
		identity = ""
	}
	p.Identity = Identity(identity)
	if text := r.Get("held_level"); text != "" && !namelist.None(text) {
		if p.HeldLevel, ok = namelist.Level(text); !ok {
			r.Wrong("held_level", "level_unknown", "the level is not understood; write 四级/中级工, 4 or 无")
			p.HeldLevel = 0
		}
	}
	return p
}

// PreviewRoster reports every row: what is wrong with it by itself, in the
// file, against the division and against the contest's other lists. Nothing is
// stored. Errors: ErrNotYours.
func (s *Contests) PreviewRoster(ctx context.Context, f Filer, id DivisionID, ro *PersonRoster) (bank.Report, error) {
	d, err := s.entryDesk(ctx, f, id)
	if err != nil {
		return bank.Report{}, err
	}
	b := ro.list
	b.List = slices.Clone(b.List)
	label := func(i int) string { return b.List[i].where() }
	if len(ro.rows) == 0 {
		return namelist.Report(b.Source, b.SHA256, nil, label, nil), nil
	}
	_, found, err := s.findings(ctx, d, &b)
	return namelist.Report(b.Source, b.SHA256, ro.rows, label, found), err
}

// findings is everything that is wrong or doubtful about a list now.
func (s *Contests) findings(ctx context.Context, d *entryDesk, b *PersonList) ([]group, []namelist.Finding, error) {
	groups, found := s.examine(d, b)
	list, at := make([]rollEntry, 0, len(groups)), make([]int, 0, len(groups))
	for _, g := range groups {
		c, err := s.competitor(d, b, g, "preview")
		if err != nil {
			return nil, nil, err
		}
		list, at = append(list, c.entry("")), append(at, g.at[0])
	}
	more, err := s.check(ctx, d, list, at)
	return groups, append(found, more...), err
}

// AcceptRoster enters all rows of a workbook, or none: the report then says
// why. A repeated key returns the first result. Errors: those of Enlist.
func (s *Contests) AcceptRoster(ctx context.Context, f Filer, id DivisionID, key string, ro *PersonRoster) (Enlisted, bank.Report, error) {
	if err := checkKey(key); err != nil {
		return Enlisted{}, bank.Report{}, err
	}
	d, err := s.entryDesk(ctx, f, id)
	if err != nil {
		return Enlisted{}, bank.Report{}, err
	}
	if out, done, err := s.replayed(ctx, d, key); done || err != nil {
		return out, bank.NewReport(ro.list.Source, ro.list.SHA256), err
	}
	report, err := s.PreviewRoster(ctx, f, id, ro)
	if err != nil || !report.OK() {
		return Enlisted{}, report, err
	}
	b := ro.list
	b.Key, b.List = key, slices.Clone(b.List)
	out, err := s.Enlist(ctx, f, id, b)
	return out, report, err
}
