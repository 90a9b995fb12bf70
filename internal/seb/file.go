package seb

import (
	"bytes"
	"compress/gzip"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the format's key derivation; fixed by RNCryptor 3
	"crypto/sha256"
	"fmt"

	"howett.net/plist"
)

// File returns the settings as a .seb file. With a password the browser asks
// for it before it takes the settings; without, anybody can read them. A file
// with a password is different each time, its Config Key is not.
func (s *Settings) File(password string) ([]byte, error) {
	d, err := s.Dict()
	if err != nil {
		return nil, err
	}
	list, err := plist.MarshalIndent(map[string]any(d), plist.XMLFormat, "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the property list: %w", err)
	}
	inner, err := pack(list)
	if err != nil {
		return nil, err
	}
	if password == "" {
		return pack(append([]byte("plnd"), inner...))
	}
	var salts [2*saltSize + aes.BlockSize]byte
	if _, err := rand.Read(salts[:]); err != nil {
		return nil, err
	}
	locked, err := encrypt(password, inner, salts)
	if err != nil {
		return nil, err
	}
	return pack(append([]byte("pswd"), locked...))
}

func pack(b []byte) ([]byte, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Sizes of the data format "RNCryptor 3", which SEB uses for passwords.
const (
	saltSize   = 8
	iterations = 10_000
	keySize    = 32
)

// encrypt returns version 3, options 1 (password), encryption salt, HMAC
// salt, IV, AES-256-CBC of the text with PKCS #7, and the HMAC-SHA-256 of all
// of it. random holds salts and IV in that order.
func encrypt(password string, text []byte, random [2*saltSize + aes.BlockSize]byte) ([]byte, error) {
	key, err := pbkdf2.Key(sha1.New, password, random[:saltSize], iterations, keySize)
	if err != nil {
		return nil, fmt.Errorf("deriving the key: %w", err)
	}
	macKey, err := pbkdf2.Key(sha1.New, password, random[saltSize:2*saltSize], iterations, keySize)
	if err != nil {
		return nil, fmt.Errorf("deriving the key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	pad := aes.BlockSize - len(text)%aes.BlockSize
	padded := append(bytes.Clone(text), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, random[2*saltSize:]).CryptBlocks(padded, padded)
	out := append([]byte{3, 1}, random[:]...)
	out = append(out, padded...)
	mac := hmac.New(sha256.New, macKey)
	mac.Write(out)
	return mac.Sum(out), nil
}
