package crowd

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
)

// person is an invented candidate.
type person struct {
	name, unit, city, id string
}

var (
	surnames = []rune("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧")
	given    = []rune("伟芳娜敏静强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰建国晓东海波宁凯鹏")
	cities   = []string{"济南", "青岛", "淄博", "枣庄", "东营", "烟台", "潍坊", "济宁", "泰安", "威海", "日照", "临沂", "德州", "聊城", "滨州", "菏泽"}
	trades   = []string{"恒信电气", "海岱机电", "泉城供电", "鲁中装备", "东岳自动化", "胶东能源", "运河轨道", "泰山职业学院"}
)

// invent makes n people. Their ID numbers have a right check digit and an area
// code (370199 to 371799) that GB/T 2260 does not assign: they belong to
// nobody. Name and unit follow from the number, so that a number drawn again in
// a later rehearsal is the same person. Two rehearsals seldom have one person
// in common, who could sit one of them only.
func invent(rng *rand.Rand, n int) []person {
	people := make([]person, n)
	year := rng.IntN(36)
	for i := range people {
		// The day counts people, so that all numbers of a rehearsal differ.
		digits := fmt.Sprintf("37%02d99%04d%02d%02d%03d", 1+rng.IntN(17), 1970+(year+i/336)%36, i/28%12+1, i%28+1, rng.IntN(1000))
		h := fnv.New64a()
		h.Write([]byte(digits))
		own := rand.New(rand.NewPCG(h.Sum64(), 1))
		city := cities[own.IntN(len(cities))]
		name := string(surnames[own.IntN(len(surnames))]) + string(given[own.IntN(len(given))])
		if own.IntN(3) > 0 {
			name += string(given[own.IntN(len(given))])
		}
		people[i] = person{
			name: name, city: city, unit: city + trades[own.IntN(len(trades))],
			id: digits + checkDigit(digits),
		}
	}
	return people
}

// checkDigit is ISO 7064 MOD 11-2 as in GB 11643-1999.
func checkDigit(digits string) string {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(digits[i]-'0')
	}
	return string("10X98765432"[sum%11])
}
