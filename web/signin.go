package web

import (
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/xinglu/xinglu/engine/access"
)

// cookieName is the cookie of a surface. Each surface has its own, sent to
// its own part of the API only, so one browser may hold several roles.
func cookieName(s access.Surface) string { return "xinglu_" + string(s) }

func (s *Server) cookie(surface access.Surface, token string) http.Cookie {
	c := http.Cookie{ //nolint:gosec // Secure where the server speaks TLS; a first look at 127.0.0.1 has none
		Name: cookieName(surface), Value: token, Path: "/api/" + string(surface),
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: s.Secure,
	}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

// signInLimiter slows guessing down: per name and per address. It holds for
// one node; with n nodes an attacker gets n times the tries, which the limits
// bear.
type signInLimiter struct {
	limits Limits
	now    func() time.Time
	mu     sync.Mutex
	names  map[string]*rate.Limiter
	addrs  map[string]*rate.Limiter
}

// limiterEntries bounds each map; when it is full the map starts anew, which
// at worst forgives one minute of tries.
const limiterEntries = 20_000

func newSignInLimiter(l Limits, now func() time.Time) *signInLimiter {
	return &signInLimiter{limits: l, now: now, names: map[string]*rate.Limiter{}, addrs: map[string]*rate.Limiter{}}
}

// Allow takes one try, or returns errSignInRate. The name is the one that
// sign-in goes by: another spelling of it is not another name.
func (l *signInLimiter) Allow(surface access.Surface, name, addr string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	byAddr := limiter(&l.addrs, addr, l.limits.SignInsPerMinuteIP)
	byName := limiter(&l.names, string(surface)+"/"+name, l.limits.SignInsPerMinute)
	if !byAddr.AllowN(now, 1) || !byName.AllowN(now, 1) {
		return errSignInRate
	}
	return nil
}

func limiter(m *map[string]*rate.Limiter, key string, perMinute int) *rate.Limiter {
	if len(*m) >= limiterEntries {
		*m = map[string]*rate.Limiter{}
	}
	l, ok := (*m)[key]
	if !ok {
		l = rate.NewLimiter(rate.Every(time.Minute/time.Duration(perMinute)), perMinute)
		(*m)[key] = l
	}
	return l
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

var braces = regexp.MustCompile(`\{([a-z_]+)\}`)

// echoPath turns "/x/{id}" into echo's "/x/:id".
func echoPath(path string) string { return braces.ReplaceAllString(path, ":$1") }
