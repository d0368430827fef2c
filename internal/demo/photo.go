package demo

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
)

// brakeDisc draws the photograph that a customer of the demo sends: a brake disc close up, as a PNG.
func brakeDisc() (picture []byte, width, height int) {
	width, height = 640, 420
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			dx, dy := float64(x)-300, float64(y)-250
			img.SetNRGBA(x, y, discColour(math.Hypot(dx, dy), math.Atan2(dy, dx), float64(y)/float64(height)))
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic("demo: a picture does not encode: " + err.Error())
	}
	return b.Bytes(), width, height
}

// discColour is the colour r pixels from the hub at an angle, over a ground that darkens downwards.
func discColour(r, angle, down float64) color.NRGBA {
	ground := shade(210-60*down, 205-62*down, 196-64*down)
	turn := angle + math.Pi
	switch {
	case r < 26:
		return shade(28, 25, 22)
	case r < 62:
		s := 20 * math.Cos(angle*6)
		return shade(90+s, 92+s, 94+s)
	case r < 120:
		if math.Mod(turn+r/240, math.Pi/3) < 0.42 {
			return shade(120, 122, 124)
		}
		return ground
	case r < 176:
		hole := math.Mod(turn*9/math.Pi, 1)
		if math.Abs(r-148) < 9 && math.Abs(hole-0.5) < 0.22 {
			return ground
		}
		s := 30 * math.Cos(angle*2-0.6)
		if angle > 0.5 && angle < 1.1 { // where it rubs
			return shade(176+s, 120+s, 84+s)
		}
		return shade(168+s, 170+s, 172+s)
	}
	return ground
}

func shade(r, g, b float64) color.NRGBA {
	clamp := func(v float64) uint8 { return uint8(math.Max(0, math.Min(255, v))) }
	return color.NRGBA{clamp(r), clamp(g), clamp(b), 255}
}
