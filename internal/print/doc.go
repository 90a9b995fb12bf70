// Package print lays out documents as PDF: tickets, record sheets, lists and
// papers, in Chinese first.
//
// Lengths are millimetres from the upper left corner of the page, sizes of
// type are points. A [Doc] has a cursor, Y, that the flowing blocks ([Doc.Line],
// [Doc.Table], [Doc.Fields], [Doc.Signatures]) move down and over to the next
// page; the placed ones ([Doc.Box], [Doc.QR], [Doc.Image]) leave it alone.
// Pages get "page x of y", the document's code and when it was made;
// [Doc.Part] counts the sheets of one file apart.
//
// Text is set in an embedded face that has the characters of GBK. What it
// lacks is drawn from the operator's second face, if there is one; else the
// sign 〓 stands for it, the foot of the page names the character by its code
// point, and [Result] lists it. So a character is never silently missing.
//
// A Doc belongs to one goroutine; a [Font] may be shared.
package print
