package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/xinglu/xinglu/internal/fault"
	"github.com/xinglu/xinglu/web/crowd"
)

func demoCommand() *cobra.Command {
	var o crowd.Options
	var ca, passwordFile string
	cmd := &cobra.Command{
		Use: "demo", Short: "Drive a rehearsal crowd through a running server's public API", Args: cobra.NoArgs,
		Long: "Signs in as an organiser, makes a rehearsal contest and lets simulated candidates\n" +
			"and judges work through it. Watch /board meanwhile. Nothing real is touched.",
	}
	f := cmd.Flags()
	f.StringVar(&o.URL, "url", "http://127.0.0.1:8080", "address of the server")
	f.IntVar(&o.Crowd, "crowd", 200, "number of candidates, 1 to 2000")
	f.DurationVar(&o.Length, "length", rehearsalLength, "about how long it takes")
	f.Uint64Var(&o.Seed, "seed", 0, "of names, answers and marks; 0: from the clock")
	f.StringVar(&o.Login, "login", "organiser", "login of an organiser")
	f.StringVar(&o.Password, "password", "xinglu-demo", "password of the organiser (the demonstration's own is the default)")
	f.StringVar(&passwordFile, "password-file", "", "file that holds the password")
	f.StringSliceVar(&o.Custodians, "custodians", []string{"custodian1", "custodian2"}, "logins of two custodians, who release the rehearsal's paper")
	f.StringVar(&o.CustodianPassword, "custodian-password", "xinglu-demo", "password of the custodians")
	f.StringVar(&o.Passphrase, "passphrase", "xinglu-demo-seal", "passphrase of the custodians")
	f.StringVar(&ca, "ca", "", "certificate (PEM) of the server's own CA")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if o.Crowd < 1 || o.Crowd > 2000 || o.Length < time.Second {
			return errConfig.With(fault.Field{Path: "--crowd, --length", Code: "bad_value", Message: "give 1 to 2000 candidates and at least 1s"})
		}
		if o.Seed == 0 {
			o.Seed = uint64(time.Now().UnixNano())
		}
		if passwordFile != "" {
			b, err := os.ReadFile(passwordFile)
			if err != nil {
				return err
			}
			o.Password = strings.TrimSpace(string(b))
		}
		o.URL = strings.TrimRight(o.URL, "/")
		transport, err := transportFor(ca)
		if err != nil {
			return err
		}
		o.Transport, o.Log = transport, commandLog(cmd)
		out, last := cmd.OutOrStdout(), ""
		o.Say = func(s crowd.State) {
			line := s.Stage
			for _, k := range slices.Sorted(maps.Keys(s.Done)) {
				line += fmt.Sprintf("  %s %d", k, s.Done[k])
			}
			if line != last {
				fmt.Fprintln(out, line)
			}
			last = line
		}
		state, err := crowd.Run(cmd.Context(), o)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "board: %s/board?d=%s\n", o.URL, state.Division)
		return nil
	}
	return cmd
}

// transportFor trusts the CA of the file, or the system's where it is "".
func transportFor(ca string) (*http.Transport, error) {
	t := &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 256}
	if ca == "" {
		return t, nil
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errConfig.With(fault.Field{Path: "--ca", Code: "bad_value", Message: "no certificate in " + ca})
	}
	t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return t, nil
}
