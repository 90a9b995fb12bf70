package assemble

import "container/heap"

// network is a directed graph on which a minimum-cost flow is found by
// successive shortest paths with potentials (Ahuja, Magnanti, Orlin, Network
// Flows, §9.7). All costs given are ≥ 0. Edges are kept in order of insertion
// and ties go to the first found, so the flow is a function of that order.
type network struct {
	edges []edge
	out   [][]int32 // edge numbers by node; edge e^1 is the reverse of e
}

type edge struct {
	to   int32
	free int32 // capacity that is left
	cost int64
}

func (n *network) node() int32 {
	n.out = append(n.out, nil)
	return int32(len(n.out) - 1)
}

// edge adds an edge and returns its number.
func (n *network) edge(from, to int32, capacity int, cost int64) int {
	e := len(n.edges)
	n.edges = append(n.edges, edge{to, int32(capacity), cost}, edge{from, 0, -cost})
	n.out[from] = append(n.out[from], int32(e))
	n.out[to] = append(n.out[to], int32(e+1))
	return e
}

// used is the flow over an edge.
func (n *network) used(e int) int { return int(n.edges[e^1].free) }

// send pushes up to want units from source to sink as cheaply as possible and
// returns how many it could.
func (n *network) send(source, sink int32, want int) int {
	potential := make([]int64, len(n.out))
	sent := 0
	for sent < want {
		dist, via := n.shortest(source, sink, potential)
		if via[sink] < 0 {
			break
		}
		for v, d := range dist {
			// Capping at the sink's distance keeps reduced costs ≥ 0 although
			// the search ended there.
			potential[v] += min(d, dist[sink])
		}
		push := int32(want - sent)
		for v := sink; v != source; v = n.edges[via[v]^1].to {
			push = min(push, n.edges[via[v]].free)
		}
		for v := sink; v != source; v = n.edges[via[v]^1].to {
			n.edges[via[v]].free -= push
			n.edges[via[v]^1].free += push
		}
		sent += int(push)
	}
	return sent
}

const far = int64(1) << 62

// shortest is Dijkstra's algorithm on reduced costs, ended at the sink.
func (n *network) shortest(source, sink int32, potential []int64) (dist []int64, via []int32) {
	dist, via = make([]int64, len(n.out)), make([]int32, len(n.out))
	for v := range dist {
		dist[v], via[v] = far, -1
	}
	dist[source] = 0
	queue := &frontier{{source, 0}}
	for queue.Len() > 0 {
		at := heap.Pop(queue).(visit)
		if at.dist > dist[at.node] {
			continue
		}
		if at.node == sink {
			break
		}
		for _, e := range n.out[at.node] {
			to := n.edges[e].to
			d := at.dist + n.edges[e].cost + potential[at.node] - potential[to]
			if n.edges[e].free > 0 && d < dist[to] {
				dist[to], via[to] = d, e
				heap.Push(queue, visit{to, d})
			}
		}
	}
	return dist, via
}

type visit struct {
	node int32
	dist int64
}

// frontier is a heap of nodes by distance, then number.
type frontier []visit

func (f frontier) Len() int { return len(f) }
func (f frontier) Less(i, j int) bool {
	return f[i].dist < f[j].dist || f[i].dist == f[j].dist && f[i].node < f[j].node
}
func (f frontier) Swap(i, j int) { f[i], f[j] = f[j], f[i] }
func (f *frontier) Push(x any)   { *f = append(*f, x.(visit)) }
func (f *frontier) Pop() any {
	last := len(*f) - 1
	v := (*f)[last]
	*f = (*f)[:last]
	return v
}
