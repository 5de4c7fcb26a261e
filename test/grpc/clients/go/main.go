// Calls Push as it is told: with connectrpc.com/connect in each of its three protocols, and with
// google.golang.org/grpc. Arguments: the plan's file, the file for the results.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"connectrpc.com/connect"
	pushv1 "github.com/grafana/pyroscope/api/gen/proto/go/push/v1"
	"github.com/grafana/pyroscope/api/gen/proto/go/push/v1/pushv1connect"
	typesv1 "github.com/grafana/pyroscope/api/gen/proto/go/types/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

type plan struct {
	CAFile string `json:"caFile"`
	Ways   []way  `json:"ways"`
}

type way struct {
	URL     string `json:"url"`
	Library string `json:"library"`
	HTTP    string `json:"http"`
	Calls   []call `json:"calls"`
}

type call struct {
	ID        string      `json:"id"`
	Labels    [][2]string `json:"labels"`
	Profile   []byte      `json:"profile"`
	Gzip      bool        `json:"gzip"`
	TimeoutMs int         `json:"timeoutMs"`
	Times     int         `json:"times"`
}

type result struct {
	ID      string `json:"id"`
	Code    string `json:"code"`
	Message string `json:"message"`
	TookMs  int64  `json:"tookMs"`
}

type push func(context.Context, call, *pushv1.PushRequest) error

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func connectPush(w way, roots *x509.CertPool) push {
	var protocols http.Protocols
	switch {
	case w.HTTP == "1.1":
		protocols.SetHTTP1(true)
	case strings.HasPrefix(w.URL, "https:"):
		protocols.SetHTTP2(true)
	default:
		protocols.SetUnencryptedHTTP2(true)
	}
	client := &http.Client{Transport: &http.Transport{
		Protocols:       &protocols,
		TLSClientConfig: &tls.Config{RootCAs: roots},
	}}
	options := map[string][]connect.ClientOption{
		"connect":      nil,
		"connect gRPC": {connect.WithGRPC()},
		"connect web":  {connect.WithGRPCWeb()},
	}[w.Library]
	plain := pushv1connect.NewPusherServiceClient(client, w.URL, options...)
	zipped := pushv1connect.NewPusherServiceClient(client, w.URL, append(options, connect.WithSendGzip())...)
	return func(ctx context.Context, c call, message *pushv1.PushRequest) error {
		request := connect.NewRequest(message)
		request.Header().Set("X-Scope-OrgID", c.ID)
		pusher := plain
		if c.Gzip {
			pusher = zipped
		}
		_, err := pusher.Push(ctx, request)
		return err
	}
}

func grpcPush(w way, roots *x509.CertPool) push {
	address, err := url.Parse(w.URL)
	check(err)
	transport := insecure.NewCredentials()
	if address.Scheme == "https" {
		transport = credentials.NewClientTLSFromCert(roots, "")
	}
	connection, err := grpc.NewClient(address.Host, grpc.WithTransportCredentials(transport))
	check(err)
	pusher := pushv1.NewPusherServiceClient(connection)
	return func(ctx context.Context, c call, message *pushv1.PushRequest) error {
		ctx = metadata.AppendToOutgoingContext(ctx, "x-scope-orgid", c.ID)
		var options []grpc.CallOption
		if c.Gzip {
			options = append(options, grpc.UseCompressor(gzip.Name))
		}
		_, err := pusher.Push(ctx, message, options...)
		return err
	}
}

func requestOf(c call) *pushv1.PushRequest {
	labels := make([]*typesv1.LabelPair, len(c.Labels))
	for i, pair := range c.Labels {
		labels[i] = &typesv1.LabelPair{Name: pair[0], Value: pair[1]}
	}
	samples := []*pushv1.RawSample{{RawProfile: c.Profile}}
	return &pushv1.PushRequest{Series: []*pushv1.RawProfileSeries{{Labels: labels, Samples: samples}}}
}

func once(send push, c call) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(c.TimeoutMs)*time.Millisecond)
	defer cancel()
	return send(ctx, c, requestOf(c))
}

// All at once; the last error counts.
func run(send push, c call) error {
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		last  error
	)
	for range c.Times {
		group.Go(func() {
			if err := once(send, c); err != nil {
				mu.Lock()
				last = err
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return last
}

func describe(err error) (code, message string) {
	if err == nil {
		return "ok", ""
	}
	// The numbers of gRPC's codes are Connect's.
	if s, ok := status.FromError(err); ok {
		return connect.Code(s.Code()).String(), s.Message()
	}
	return connect.CodeOf(err).String(), err.Error()
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	check(err)
	var p plan
	check(json.Unmarshal(text, &p))
	ca, err := os.ReadFile(p.CAFile)
	check(err)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		log.Fatal("no certificate in ", p.CAFile)
	}
	results := []result{}
	for _, w := range p.Ways {
		send := connectPush
		if w.Library == "grpc-go" {
			send = grpcPush
		}
		sender := send(w, roots)
		for _, c := range w.Calls {
			start := time.Now()
			err := run(sender, c)
			code, message := describe(err)
			results = append(results, result{c.ID, code, message, time.Since(start).Milliseconds()})
		}
	}
	output, err := json.Marshal(results)
	check(err)
	check(os.WriteFile(os.Args[2], output, 0o600))
	fmt.Println(len(results), "calls made")
}
