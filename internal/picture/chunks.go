package picture

import (
	"bytes"
	"encoding/binary"
)

// pngChunks are kept: what pixels are, and what their numbers mean (PNG, 3rd
// edition, 11). Profiles go, since they hold free text.
var pngChunks = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true,
	"tRNS": true, "gAMA": true, "cHRM": true, "sRGB": true, "sBIT": true, "bKGD": true,
}

const pngHead = "\x89PNG\r\n\x1a\n"

func barePNG(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte(pngHead)) {
		return nil, ErrFormat
	}
	out, pixels := []byte(pngHead), false
	for i := len(pngHead); ; {
		if i+12 > len(data) {
			return nil, ErrFormat
		}
		end := int64(i) + 12 + int64(binary.BigEndian.Uint32(data[i:]))
		if end > int64(len(data)) {
			return nil, ErrFormat
		}
		kind := string(data[i+4 : i+8])
		if pngChunks[kind] {
			out = append(out, data[i:end]...)
		}
		pixels = pixels || kind == "IDAT"
		if kind == "IEND" {
			if !pixels || end != int64(i)+12 {
				return nil, ErrFormat
			}
			return out, nil
		}
		i = int(end)
	}
}

// bareWebP keeps the coded image and its alpha (RFC 9649, 2.3 to 2.7).
func bareWebP(data []byte) ([]byte, error) {
	if len(data) < 12 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WEBP" {
		return nil, ErrFormat
	}
	const size = 10 // of VP8X: flags, reserved, canvas
	out, pixels := bytes.Clone(data[:12]), false
	for i := 12; i < len(data) && !pixels; {
		if i+8 > len(data) {
			return nil, ErrFormat
		}
		n := int64(binary.LittleEndian.Uint32(data[i+4:]))
		end := int64(i) + 8 + n
		if end > int64(len(data)) {
			return nil, ErrFormat
		}
		switch chunk := data[i:end]; string(chunk[:4]) {
		case "VP8X":
			const animated, alpha = 0x02, 0x10
			if n != size || chunk[8]&animated != 0 {
				return nil, ErrFormat
			}
			out = append(out, chunk...)
			out[len(out)-size] &= alpha
		case "VP8 ", "VP8L":
			out, pixels = append(out, chunk...), true
		case "ALPH":
			out = append(out, chunk...)
		}
		if n%2 == 1 {
			end++
			if len(out)%2 == 1 {
				out = append(out, 0)
			}
		}
		i = int(end)
	}
	if !pixels {
		return nil, ErrFormat
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8)) //nolint:gosec // no longer than data, whose length fitted
	return out, nil
}
