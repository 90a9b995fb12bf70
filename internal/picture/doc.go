// Package picture takes everything out of photos but what they show.
//
// Cameras write into a picture whose they are, where and when it was taken;
// programs add authors, comments and the whole picture in small, as it was
// before somebody cut it. Where nobody may know whose work a picture shows,
// none of that may travel with it.
package picture
