package ledger

// end is the last record of a stream in a form that needs no allocation; the
// zero end is that of an empty stream.
type end struct {
	seq  int64
	hash [HashSize]byte
}

func endOf(h Head) end {
	e := end{seq: h.Seq}
	copy(e.hash[:], h.Hash)
	return e
}

// heads remembers the ends of recently used streams. It keeps two
// generations of at most limit/2 each: when the young one is full it becomes
// the old one, whose entries are forgotten unless they are used again. That
// bounds memory like an LRU list does, without a list.
//
// An entry is the end of the stream at some time; another node may have
// written since.
type heads struct {
	young, old map[StreamID]end
	half       int
}

func newHeads(limit int) heads {
	return heads{young: map[StreamID]end{}, half: max(limit/2, 1)}
}

func (h *heads) get(s StreamID) (end, bool) {
	if e, ok := h.young[s]; ok {
		return e, true
	}
	e, ok := h.old[s]
	if ok {
		h.put(s, e)
	}
	return e, ok
}

func (h *heads) put(s StreamID, e end) {
	if _, there := h.young[s]; !there && len(h.young) >= h.half {
		h.old, h.young = h.young, make(map[StreamID]end, h.half)
	}
	h.young[s] = e
}

func (h *heads) drop(s StreamID) {
	delete(h.young, s)
	delete(h.old, s)
}
