package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
)

// cost holds the argon2id parameters of new hashes; verification reads them
// from the hash, so raising them later needs no migration.
// Source: OWASP Password Storage Cheat Sheet, argon2id, second choice.
var cost = struct {
	time, memoryKiB uint32
	threads         uint8
	salt, key       uint32
}{time: 2, memoryKiB: 19 * 1024, threads: 1, salt: 16, key: 32}

// hasher bounds concurrent argon2 runs: each takes 19 MiB and a core, and a
// rush of sign-ins must not take the machine from a running exam.
type hasher chan struct{}

func newHasher() hasher { return make(hasher, max(1, runtime.NumCPU()/2)) }

// hash returns the PHC string of the password with a new salt. Error: ErrBusy.
func (h hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, cost.salt)
	rand.Read(salt)
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	key := argon2.IDKey([]byte(password), salt, cost.time, cost.memoryKiB, cost.threads, cost.key)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, cost.memoryKiB, cost.time, cost.threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// verify compares in constant time. A hash that cannot be read never matches,
// but costs the same time. Error: ErrBusy.
func (h hasher) verify(ctx context.Context, hash, password string) (bool, error) {
	var version int
	var memory, time uint32
	var threads uint8
	parts := strings.Split(hash, "$")
	readable := len(parts) == 6 && parts[1] == "argon2id"
	if readable {
		_, err1 := fmt.Sscanf(parts[2], "v=%d", &version)
		_, err2 := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &threads)
		readable = err1 == nil && err2 == nil && version == argon2.Version && memory <= 1<<20 && time > 0 && time <= 16 && threads > 0
	}
	salt, want := make([]byte, cost.salt), make([]byte, cost.key)
	if readable {
		var err1, err2 error
		salt, err1 = base64.RawStdEncoding.DecodeString(parts[4])
		want, err2 = base64.RawStdEncoding.DecodeString(parts[5])
		readable = err1 == nil && err2 == nil && len(want) >= 16
	}
	if !readable {
		memory, time, threads, want = cost.memoryKiB, cost.time, cost.threads, make([]byte, cost.key)
	}
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	got := argon2.IDKey([]byte(password), salt, time, memory, threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && readable, nil
}

func (h hasher) enter(ctx context.Context) error {
	select {
	case h <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ErrBusy.Wrap(ctx.Err())
	}
}

func (h hasher) leave() { <-h }
