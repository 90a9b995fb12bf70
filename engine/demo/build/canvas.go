package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// scale is how many pixels a unit of a drawing has: enough for a screen that
// shows two pixels for one.
const scale = 2

// canvas draws circuit diagrams in black on white. Coordinates are units from
// the upper left corner; the first error is kept.
type canvas struct {
	img  *image.Gray
	face font.Face
	err  error
}

func newCanvas(width, height int) *canvas {
	c := &canvas{img: image.NewGray(image.Rect(0, 0, width*scale, height*scale))}
	draw.Draw(c.img, c.img.Bounds(), image.White, image.Point{}, draw.Src)
	parsed, err := opentype.Parse(goregular.TTF)
	if err == nil {
		c.face, err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: 15 * scale, DPI: 72, Hinting: font.HintingNone})
	}
	c.err = err
	return c
}

type xy struct{ x, y float64 }

// fill paints a polygon.
func (c *canvas) fill(shade uint8, points ...xy) {
	least, most := points[0], points[0]
	for _, p := range points {
		least, most = xy{min(least.x, p.x), min(least.y, p.y)}, xy{max(most.x, p.x), max(most.y, p.y)}
	}
	area := image.Rect(int(least.x*scale)-1, int(least.y*scale)-1, int(most.x*scale)+2, int(most.y*scale)+2).Intersect(c.img.Bounds())
	if area.Empty() {
		return
	}
	r := vector.NewRasterizer(area.Dx(), area.Dy())
	for i, p := range points {
		x, y := float32(p.x*scale)-float32(area.Min.X), float32(p.y*scale)-float32(area.Min.Y)
		if i == 0 {
			r.MoveTo(x, y)
		} else {
			r.LineTo(x, y)
		}
	}
	r.ClosePath()
	r.Draw(c.img, area, image.NewUniform(color.Gray{Y: shade}), image.Point{})
}

// thickness of lines, in units.
const thickness = 1.6

// line draws straight lines from point to point.
func (c *canvas) line(points ...xy) {
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		length := math.Hypot(b.x-a.x, b.y-a.y)
		dx, dy := (b.x-a.x)/length*thickness/2, (b.y-a.y)/length*thickness/2
		c.fill(0, xy{a.x - dy - dx, a.y + dx - dy}, xy{b.x - dy + dx, b.y + dx + dy}, xy{b.x + dy + dx, b.y - dx + dy}, xy{a.x + dy - dx, a.y - dx - dy})
	}
}

// around lists the points of an arc, angles in degrees clockwise from the right.
func around(x, y, radius, from, to float64) []xy {
	var points []xy
	for i := range 49 {
		a := (from + (to-from)*float64(i)/48) * math.Pi / 180
		points = append(points, xy{x + radius*math.Cos(a), y + radius*math.Sin(a)})
	}
	return points
}

func (c *canvas) arc(x, y, radius, from, to float64) { c.line(around(x, y, radius, from, to)...) }

func (c *canvas) circle(x, y, radius float64) { c.arc(x, y, radius, 0, 360) }

// dot marks a connection.
func (c *canvas) dot(x, y float64) { c.fill(0, around(x, y, 3.2, 0, 360)...) }

// terminal is an open end of a wire.
func (c *canvas) terminal(x, y float64) {
	c.fill(255, around(x, y, 3.4, 0, 360)...)
	c.circle(x, y, 3.4)
}

// box is a rectangle with white inside.
func (c *canvas) box(x, y, width, height float64) {
	c.fill(255, xy{x, y}, xy{x + width, y}, xy{x + width, y + height}, xy{x, y + height})
	c.line(xy{x, y}, xy{x + width, y}, xy{x + width, y + height}, xy{x, y + height}, xy{x, y})
}

// resistor stands across a wire at its middle.
func (c *canvas) resistor(x, y float64, upright bool) {
	if upright {
		c.box(x-8, y-22, 16, 44)
		return
	}
	c.box(x-22, y-8, 44, 16)
}

// capacitor breaks a wire at its middle.
func (c *canvas) capacitor(x, y float64, upright bool) {
	if upright {
		c.fill(255, xy{x - 3, y - 4}, xy{x + 3, y - 4}, xy{x + 3, y + 4}, xy{x - 3, y + 4})
		c.line(xy{x - 14, y - 4}, xy{x + 14, y - 4})
		c.line(xy{x - 14, y + 4}, xy{x + 14, y + 4})
		return
	}
	c.fill(255, xy{x - 4, y - 3}, xy{x + 4, y - 3}, xy{x + 4, y + 3}, xy{x - 4, y + 3})
	c.line(xy{x - 4, y - 14}, xy{x - 4, y + 14})
	c.line(xy{x + 4, y - 14}, xy{x + 4, y + 14})
}

// diode points up and aside; dx, of ±√½, is the horizontal part of its
// direction.
func (c *canvas) diode(x, y, dx float64) {
	const half = 9.0
	dy := -math.Abs(dx)
	at := func(along, across float64) xy { return xy{x + along*dx - across*dy, y + along*dy + across*dx} }
	c.fill(0, at(-half, -half), at(-half, half), at(half, 0))
	c.line(at(half, -half), at(half, half))
}

// ground ends a wire.
func (c *canvas) ground(x, y float64) {
	for i, w := range []float64{14, 9, 4} {
		c.line(xy{x - w, y + float64(i)*5}, xy{x + w, y + float64(i)*5})
	}
}

// arrow is a filled head that points in a direction of a unit vector.
func (c *canvas) arrow(x, y, dx, dy float64) {
	c.fill(0, xy{x, y}, xy{x - 9*dx - 4*dy, y - 9*dy + 4*dx}, xy{x - 9*dx + 4*dy, y - 9*dy - 4*dx})
}

// label writes a text from the left; what follows _ is a subscript.
func (c *canvas) label(x, y float64, text string) {
	if c.err != nil {
		return
	}
	d := font.Drawer{Dst: c.img, Src: image.Black, Face: c.face, Dot: fixed.P(int(x*scale), int(y*scale))}
	for i, piece := range splitSub(text) {
		if i == 0 {
			d.DrawString(piece)
			continue
		}
		small := d
		parsed, err := opentype.Parse(goregular.TTF)
		if err == nil {
			small.Face, err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: 11 * scale, DPI: 72, Hinting: font.HintingNone})
		}
		if err != nil {
			c.err = err
			return
		}
		small.Dot.Y += fixed.I(4 * scale)
		small.DrawString(piece)
	}
}

func splitSub(text string) []string {
	for i, r := range text {
		if r == '_' {
			return []string{text[:i], text[i+1:]}
		}
	}
	return []string{text}
}

// png returns the drawing with few colours, as a small file.
func (c *canvas) png() ([]byte, error) {
	if c.err != nil {
		return nil, fmt.Errorf("drawing: %w", c.err)
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, c.img); err != nil {
		return nil, fmt.Errorf("drawing: %w", err)
	}
	return b.Bytes(), nil
}
