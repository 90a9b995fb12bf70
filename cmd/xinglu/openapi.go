package main

import (
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/xinglu/xinglu/web"
	"github.com/xinglu/xinglu/web/ui"
)

func openapiCommand() *cobra.Command {
	return &cobra.Command{
		Use: "openapi", Short: "Print the API description (OpenAPI 3.1, YAML)", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			// The description comes from the routes alone; no service is called.
			s := web.New(web.Options{
				UI: ui.Dist(), Now: time.Now, Log: slog.New(slog.DiscardHandler), Version: "1",
				Limits: web.Limits{SignInsPerMinute: 1, SignInsPerMinuteIP: 1, UploadBytes: 1 << 20},
			})
			yaml, err := s.OpenAPI()
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(yaml)
			return err
		},
	}
}
