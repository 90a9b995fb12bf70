package main

import "fmt"

// drawing returns the drawing with a name as a PNG.
func drawing(name string) ([]byte, error) {
	figures := map[string]func() *canvas{
		"bridge": bridge, "opamp": opamp, "amplifier": amplifier, "latch": latch, "thevenin": thevenin, "rlc": rlc, "logic": logic,
	}
	f, ok := figures[name]
	if !ok {
		return nil, fmt.Errorf("there is no drawing %q", name)
	}
	return f().png()
}

// bridge is a single-phase bridge rectifier with a resistive load.
func bridge() *canvas {
	c := newCanvas(460, 260)
	// transformer: two windings beside a core
	for i := range 4 {
		y := 82 + 24*float64(i)
		c.arc(70, y+12, 12, -90, 90)
		c.arc(110, y+12, 12, 90, 270)
	}
	c.line(xy{90, 76}, xy{90, 184})
	c.line(xy{30, 82}, xy{70, 82})
	c.line(xy{30, 178}, xy{70, 178})
	c.terminal(30, 82)
	c.terminal(30, 178)
	c.label(18, 136, "u_1")
	c.label(122, 136, "u_2")
	// diamond: left and right AC, upper +, lower −
	const midX, midY, arm = 260.0, 130.0, 90.0
	left, right, top, bottom := xy{midX - arm, midY}, xy{midX + arm, midY}, xy{midX, midY - arm}, xy{midX, midY + arm}
	c.line(left, top, right, bottom, left)
	c.line(xy{110, 82}, xy{150, 82}, xy{150, midY}, left)
	c.line(xy{110, 178}, xy{110, 245}, xy{right.x + 20, 245}, xy{right.x + 20, midY}, right)
	const d = 0.7071
	c.diode(midX-arm/2, midY-arm/2, d)
	c.diode(midX+arm/2, midY-arm/2, -d)
	c.diode(midX-arm/2, midY+arm/2, -d)
	c.diode(midX+arm/2, midY+arm/2, d)
	c.line(top, xy{midX, 18}, xy{420, 18}, xy{420, 232}, xy{midX, 232}, bottom)
	c.resistor(420, 125, true)
	c.label(434, 130, "R_L")
	c.label(400, 100, "+")
	c.label(402, 162, "−")
	c.label(196, 70, "VD")
	for _, p := range []xy{left, right, top, bottom} {
		c.dot(p.x, p.y)
	}
	return c
}

// opamp is an inverting amplifier.
func opamp() *canvas {
	c := newCanvas(420, 240)
	c.line(xy{40, 110}, xy{210, 110})
	c.terminal(40, 110)
	c.label(24, 98, "u_i")
	c.resistor(110, 110, false)
	c.label(100, 92, "R_1")
	c.fill(255, xy{210, 80}, xy{210, 180}, xy{300, 130})
	c.line(xy{210, 80}, xy{210, 180}, xy{300, 130}, xy{210, 80})
	c.label(216, 116, "−")
	c.label(216, 158, "+")
	c.line(xy{210, 152}, xy{180, 152}, xy{180, 200})
	c.ground(180, 200)
	c.line(xy{300, 130}, xy{385, 130})
	c.terminal(385, 130)
	c.label(378, 118, "u_o")
	c.line(xy{175, 110}, xy{175, 45}, xy{340, 45}, xy{340, 130})
	c.resistor(255, 45, false)
	c.label(246, 28, "R_F")
	c.dot(175, 110)
	c.dot(340, 130)
	return c
}

// amplifier is a common-emitter stage with fixed bias.
func amplifier() *canvas {
	c := newCanvas(400, 290)
	c.line(xy{110, 30}, xy{300, 30})
	c.terminal(300, 30)
	c.label(310, 36, "U_CC")
	c.line(xy{110, 30}, xy{110, 160})
	c.resistor(110, 85, true)
	c.label(66, 90, "R_B")
	c.line(xy{220, 30}, xy{220, 130})
	c.resistor(220, 78, true)
	c.label(236, 84, "R_C")
	c.line(xy{40, 160}, xy{195, 160})
	c.terminal(40, 160)
	c.capacitor(75, 160, false)
	c.label(64, 140, "C_1")
	c.label(20, 190, "u_i")
	// transistor
	c.line(xy{195, 135}, xy{195, 185})
	c.line(xy{195, 148}, xy{220, 130})
	c.line(xy{195, 172}, xy{220, 192})
	c.arrow(217, 189.6, 0.78, 0.625)
	c.line(xy{220, 192}, xy{220, 250})
	c.ground(220, 250)
	c.line(xy{220, 118}, xy{350, 118})
	c.capacitor(300, 118, false)
	c.label(288, 98, "C_2")
	c.terminal(350, 118)
	c.label(344, 148, "u_o")
	for _, p := range []xy{{110, 30}, {220, 30}, {110, 160}, {220, 118}} {
		c.dot(p.x, p.y)
	}
	c.label(230, 165, "V")
	return c
}

// latch is the control circuit of a motor that keeps itself on.
func latch() *canvas {
	c := newCanvas(520, 210)
	const y = 90
	c.line(xy{30, y}, xy{85, y})
	c.terminal(30, y)
	c.label(18, 74, "L1")
	// SB1, opens when pressed
	c.line(xy{125, y}, xy{83, y + 4})
	c.line(xy{85, y}, xy{85, y + 10})
	c.line(xy{105, y + 2}, xy{105, y - 22})
	c.line(xy{95, y - 22}, xy{115, y - 22})
	c.label(90, 52, "SB1")
	c.line(xy{125, y}, xy{195, y})
	// SB2, closes when pressed
	c.line(xy{235, y}, xy{197, y - 16})
	c.line(xy{216, y - 8}, xy{216, y - 32})
	c.line(xy{206, y - 32}, xy{226, y - 32})
	c.label(201, 44, "SB2")
	c.line(xy{235, y}, xy{320, y})
	// KM beside it
	c.line(xy{165, y}, xy{165, 150}, xy{195, 150})
	c.line(xy{235, 150}, xy{197, 134})
	c.line(xy{235, 150}, xy{270, 150}, xy{270, y})
	c.label(202, 178, "KM")
	// coil
	c.box(320, y-18, 50, 36)
	c.label(330, 62, "KM")
	c.line(xy{370, y}, xy{410, y})
	// FR, opens on overload
	c.line(xy{450, y}, xy{408, y + 4})
	c.line(xy{410, y}, xy{410, y + 10})
	c.line(xy{422, y + 2}, xy{422, y - 18}, xy{438, y - 18}, xy{438, y - 30})
	c.label(412, 50, "FR")
	c.line(xy{450, y}, xy{495, y})
	c.terminal(495, y)
	c.label(484, 74, "L2")
	c.dot(165, y)
	c.dot(270, y)
	return c
}

// thevenin is a source with two resistors and a load at a and b.
func thevenin() *canvas {
	c := newCanvas(420, 230)
	c.line(xy{60, 40}, xy{330, 40}, xy{330, 190}, xy{60, 190}, xy{60, 40})
	// battery
	c.fill(255, xy{57, 109}, xy{63, 109}, xy{63, 121}, xy{57, 121})
	c.line(xy{42, 109}, xy{78, 109})
	c.line(xy{51, 121}, xy{69, 121})
	c.label(22, 120, "E")
	c.label(72, 100, "+")
	c.resistor(140, 40, false)
	c.label(130, 24, "R_1")
	c.line(xy{220, 40}, xy{220, 190})
	c.resistor(220, 115, true)
	c.label(236, 120, "R_2")
	c.resistor(330, 115, true)
	c.label(346, 120, "R_L")
	c.dot(220, 40)
	c.dot(220, 190)
	c.terminal(285, 40)
	c.terminal(285, 190)
	c.label(280, 28, "a")
	c.label(280, 212, "b")
	return c
}

// rlc is a series circuit at an alternating voltage.
func rlc() *canvas {
	c := newCanvas(420, 220)
	c.line(xy{60, 45}, xy{360, 45}, xy{360, 180}, xy{60, 180}, xy{60, 45})
	c.fill(255, around(60, 112, 20, 0, 360)...)
	c.circle(60, 112, 20)
	c.arc(54, 112, 6, 180, 360)
	c.arc(66, 112, 6, 0, 180)
	c.label(18, 118, "u")
	c.resistor(130, 45, false)
	c.label(124, 28, "R")
	// coil
	c.fill(255, xy{214, 42}, xy{286, 42}, xy{286, 48}, xy{214, 48})
	for i := range 3 {
		c.arc(226+24*float64(i), 45, 12, 180, 360)
	}
	c.label(246, 24, "L")
	c.capacitor(360, 112, true)
	c.label(382, 118, "C")
	c.arrow(102, 45, 1, 0)
	c.label(88, 28, "i")
	return c
}

// logic is an AND of A and B, and an OR of that with C.
func logic() *canvas {
	c := newCanvas(400, 200)
	for y, name := range map[float64]string{50: "A", 90: "B"} {
		c.line(xy{50, y}, xy{110, y})
		c.label(28, y+6, name)
	}
	c.line(xy{50, 150}, xy{220, 150})
	c.label(28, 156, "C")
	c.box(110, 35, 55, 70)
	c.label(130, 62, "&")
	c.line(xy{165, 70}, xy{195, 70}, xy{195, 110}, xy{220, 110})
	c.box(220, 95, 55, 70)
	c.label(232, 122, "≥1")
	c.line(xy{275, 130}, xy{350, 130})
	c.label(358, 136, "Y")
	return c
}
