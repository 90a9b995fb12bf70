package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/spf13/cobra"

	"github.com/xinglu/xinglu/internal/fault"
)

func certCommand() *cobra.Command {
	var dir string
	var days int
	cmd := &cobra.Command{
		Use: "cert HOST…", Short: "Make a small CA for a hall or centre, and a certificate for the server",
		Long: "Tablets work offline only in a secure context, and a hall's network seldom has a\n" +
			"public name. This makes a certificate authority of your own (once) and a server\n" +
			"certificate for the given names and addresses. Install ca.pem on the tablets as\n" +
			"a trusted authority; keep ca-key.pem locked away; start with\n" +
			"  xinglu serve --tls-cert DIR/server.pem --tls-key DIR/server-key.pem",
		Args: cobra.MinimumNArgs(1),
	}
	cmd.Flags().StringVar(&dir, "dir", "./certs", "folder for the files")
	cmd.Flags().IntVar(&days, "days", 397, "days the server certificate is valid; browsers refuse more than 398")
	cmd.RunE = func(cmd *cobra.Command, hosts []string) error {
		if days < 1 || days > 398 {
			return errConfig.With(fault.Field{Path: "--days", Code: "bad_value", Message: "give 1 to 398"})
		}
		if err := checkHosts(hosts); err != nil {
			return err
		}
		now := time.Now()
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		ca, err := loadOrMakeCA(dir, now)
		if err != nil {
			return err
		}
		if err := ca.issue(dir, hosts, now, days); err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		fmt.Fprintf(out, "server certificate for %v in %s, valid %d days\n\n", hosts, dir, days)
		fmt.Fprintf(out, "1. 在平板上安装并信任 %s（iPad：设置→通用→关于本机→证书信任设置；安卓：设置→安全→加密与凭据→安装 CA 证书）\n", filepath.Join(dir, "ca.pem"))
		fmt.Fprintf(out, "   Install and trust %s on the tablets.\n", filepath.Join(dir, "ca.pem"))
		fmt.Fprintf(out, "2. %s 是签发私钥，离线妥善保管，不要放在服务器或平板上。\n", filepath.Join(dir, "ca-key.pem"))
		fmt.Fprintf(out, "   Keep %s offline.\n", filepath.Join(dir, "ca-key.pem"))
		fmt.Fprintf(out, "3. xinglu serve --tls-cert %s --tls-key %s\n", filepath.Join(dir, "server.pem"), filepath.Join(dir, "server-key.pem"))
		return nil
	}
	return cmd
}

// hostForm is a DNS name, "*." before it or not.
var hostForm = regexp.MustCompile(`^(\*\.)?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$`)

// checkHosts refuses what no browser would take for a name: URLs, ports.
func checkHosts(hosts []string) error {
	var wrong []fault.Field
	for _, h := range hosts {
		if net.ParseIP(h) == nil && !hostForm.MatchString(h) {
			wrong = append(wrong, fault.Field{Path: h, Code: "bad_host", Message: "give names like exam.hall or addresses like 192.168.1.10, without scheme and port"})
		}
	}
	if len(wrong) > 0 {
		return errConfig.With(wrong...)
	}
	return nil
}

// errCA: the folder holds a CA that cannot issue anything.
var errCA = fault.New(fault.Invalid, "bad_ca", "the certificate authority in this folder cannot be used")

// authority is the small CA.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// loadOrMakeCA reads the CA of the folder or makes one for ten years.
func loadOrMakeCA(dir string, now time.Time) (*authority, error) {
	certFile, keyFile := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "ca-key.pem")
	certPEM, err1 := os.ReadFile(certFile)
	keyPEM, err2 := os.ReadFile(keyFile)
	if errors.Is(err1, fs.ErrNotExist) && errors.Is(err2, fs.ErrNotExist) {
		return makeCA(certFile, keyFile, now)
	}
	if err := errors.Join(err1, err2); err != nil {
		// One without the other: making a new CA would orphan the tablets that
		// trust the old one.
		return nil, errCA.With(fault.Field{Path: dir, Code: "incomplete", Message: err.Error()})
	}
	certBlock, _ := pem.Decode(certPEM)
	keyBlock, _ := pem.Decode(keyPEM)
	if certBlock == nil || keyBlock == nil {
		return nil, errCA.With(fault.Field{Path: dir, Code: "unreadable", Message: "ca.pem or ca-key.pem is not PEM"})
	}
	cert, err1 := x509.ParseCertificate(certBlock.Bytes)
	key, err2 := x509.ParseECPrivateKey(keyBlock.Bytes)
	if err := errors.Join(err1, err2); err != nil {
		return nil, errCA.With(fault.Field{Path: dir, Code: "unreadable", Message: err.Error()})
	}
	switch {
	case !cert.IsCA || !key.PublicKey.Equal(cert.PublicKey):
		return nil, errCA.With(fault.Field{Path: dir, Code: "unreadable", Message: "ca.pem is no CA, or ca-key.pem is not its key"})
	case now.After(cert.NotAfter):
		return nil, errCA.With(fault.Field{Path: certFile, Code: "expired", Message: "it ended on " + cert.NotAfter.Format(time.DateOnly) + "; use another folder and install its ca.pem on the tablets"})
	}
	return &authority{cert, key}, nil
}

func makeCA(certFile, keyFile string, now time.Time) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Xinglu local CA " + now.Format("2006-01-02"), Organization: []string{"Xinglu"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	// The key first: a certificate without its key would be taken for a CA.
	if err := writeKey(keyFile, key); err != nil {
		return nil, err
	}
	return &authority{cert, key}, writePEM(certFile, 0o644, "CERTIFICATE", der)
}

// issue writes server.pem and server-key.pem for the hosts. The certificate
// does not outlive its CA.
func (a *authority) issue(dir string, hosts []string, now time.Time, days int) error {
	end := now.AddDate(0, 0, days)
	if end.After(a.cert.NotAfter) {
		end = a.cert.NotAfter
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	t := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: hosts[0], Organization: []string{"Xinglu"}},
		NotBefore: now.Add(-time.Hour), NotAfter: end,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return err
	}
	if err := writeKey(filepath.Join(dir, "server-key.pem"), key); err != nil {
		return err
	}
	return writePEM(filepath.Join(dir, "server.pem"), 0o644, "CERTIFICATE", der)
}

func writeKey(file string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(file, 0o600, "EC PRIVATE KEY", der)
}

func writePEM(file string, mode fs.FileMode, kind string, der []byte) error {
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode)
}

func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return n
}
