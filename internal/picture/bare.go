package picture

import (
	"encoding/binary"
	"errors"
	"net/http"
)

// ErrFormat: the data is no whole JPEG, PNG or WebP, or one that moves.
var ErrFormat = errors.New("no picture of a known form")

// Bare returns the picture without anything that it does not need to be shown,
// and its media type: image/jpeg, image/png or image/webp. What is kept is
// listed, not what goes; the pixels stay bit for bit as they are. Of EXIF the
// orientation stays, for without it the picture would lie on its side. The
// result of a result is itself. data is not changed. Error: ErrFormat.
func Bare(data []byte) (out []byte, kind string, err error) {
	kind = http.DetectContentType(data)
	switch kind {
	case "image/jpeg":
		out, err = bareJPEG(data)
	case "image/png":
		out, err = barePNG(data)
	case "image/webp":
		out, err = bareWebP(data)
	default:
		err = ErrFormat
	}
	return out, kind, err
}

// Markers of JPEG (ITU-T T.81, table B.1).
const (
	soi, eoi, sos = 0xd8, 0xd9, 0xda
	rst0, rst7    = 0xd0, 0xd7
	app0, app1    = 0xe0, 0xe1
	app14, app15  = 0xee, 0xef
	com, tem      = 0xfe, 0x01
)

// bareJPEG keeps tables, frames and scans up to the end of the image, the JFIF
// head and Adobe's note of how colours are coded.
func bareJPEG(data []byte) ([]byte, error) {
	if len(data) < 4 || data[1] != soi {
		return nil, ErrFormat
	}
	out := []byte{0xff, soi}
	oriented, scans := false, 0
	for i := 2; ; {
		for i+1 < len(data) && data[i] == 0xff && data[i+1] == 0xff {
			i++ // fill bytes
		}
		if i+2 > len(data) || data[i] != 0xff {
			return nil, ErrFormat
		}
		marker := data[i+1]
		switch {
		case marker == eoi && scans > 0:
			return append(out, 0xff, eoi), nil
		case marker == tem || marker >= rst0 && marker <= eoi:
			return nil, ErrFormat // not outside a scan
		}
		if i+4 > len(data) {
			return nil, ErrFormat
		}
		end := i + 2 + int(binary.BigEndian.Uint16(data[i+2:]))
		if end < i+4 || end > len(data) {
			return nil, ErrFormat
		}
		body := data[i+4 : end]
		switch {
		case marker == app0 && len(body) >= 14 && string(body[:5]) == "JFIF\x00":
			// Without its small picture.
			out = append(out, 0xff, app0, 0, 16)
			out = append(append(out, body[:12]...), 0, 0)
		case marker == app1 && !oriented:
			if o := orientation(body); o > 1 {
				out, oriented = append(out, exif(o)...), true
			}
		case marker == app14 && len(body) == 12 && string(body[:5]) == "Adobe":
			out = append(out, data[i:end]...)
		case marker >= app0 && marker <= app15 || marker == com:
		case marker >= 0xc0 && marker < app0:
			out = append(out, data[i:end]...)
			if marker == sos {
				scans++
				scan := scanEnd(data, end)
				out = append(out, data[end:scan]...)
				end = scan
			}
		default:
			// Reserved markers, which no picture needs.
		}
		i = end
	}
}

// scanEnd is where the coded data from i on ends: at a marker that is neither a
// restart nor a stuffed byte.
func scanEnd(data []byte, i int) int {
	for ; i+1 < len(data); i++ {
		if data[i] == 0xff && data[i+1] != 0 && data[i+1] != 0xff && (data[i+1] < rst0 || data[i+1] > rst7) {
			return i
		}
	}
	return len(data)
}

// orientation reads tag 0x0112 of an EXIF segment (CIPA DC-008, 4.6.4), 1 to 8;
// 0: it has none.
func orientation(body []byte) byte {
	const head = 6
	if len(body) < head+8 || string(body[:head]) != "Exif\x00\x00" {
		return 0
	}
	tiff := body[head:]
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 0
	}
	for n := int64(order.Uint16(tiff[at:])); n > 0; n-- {
		e := at + 2 + (n-1)*12
		if e+12 <= int64(len(tiff)) && order.Uint16(tiff[e:]) == 0x0112 {
			if o := order.Uint16(tiff[e+8:]); o >= 1 && o <= 8 {
				return byte(o)
			}
			return 0
		}
	}
	return 0
}

// exif is a segment that says the orientation and nothing else.
func exif(o byte) []byte {
	return append([]byte{0xff, app1, 0, 34}, "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00"+string(rune(o))+"\x00\x00\x00\x00\x00\x00"...)
}
