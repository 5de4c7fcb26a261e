// A lightly loaded program that github.com/grafana/pyroscope-go profiles.
// Arguments: server URL, application name, seconds to run, upload interval in seconds.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/grafana/pyroscope-go"
)

type logger struct{}

func (logger) Infof(f string, a ...any)  { log.Printf("INFO "+f, a...) }
func (logger) Debugf(f string, a ...any) {}
func (logger) Errorf(f string, a ...any) { log.Printf("ERROR "+f, a...) }

var (
	kept [][]byte
	mu   sync.Mutex
)

//go:noinline
func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

//go:noinline
func allocate() {
	kept = kept[:0]
	for range 64 {
		kept = append(kept, make([]byte, 16<<10))
	}
}

//go:noinline
func contend() {
	mu.Lock()
	time.Sleep(10 * time.Millisecond)
	mu.Unlock()
}

func seconds(text string) time.Duration {
	n, err := strconv.Atoi(text)
	if err != nil {
		log.Fatal(err)
	}
	return time.Duration(n) * time.Second
}

func main() {
	runtime.SetMutexProfileFraction(5)
	runtime.SetBlockProfileRate(5)
	profiler, err := pyroscope.Start(pyroscope.Config{
		ServerAddress:   os.Args[1],
		ApplicationName: os.Args[2],
		// The other clients leave it to pyroduct to name the service.
		Tags:            map[string]string{"service_name": "sdk.checkout", "hostname": "host-1", "region": "eu-west 1"},
		UploadRate:      seconds(os.Args[4]),
		Logger:          logger{},
		ProfileTypes: []pyroscope.ProfileType{
			pyroscope.ProfileCPU, pyroscope.ProfileInuseObjects, pyroscope.ProfileAllocObjects,
			pyroscope.ProfileInuseSpace, pyroscope.ProfileAllocSpace, pyroscope.ProfileGoroutines,
			pyroscope.ProfileMutexCount, pyroscope.ProfileMutexDuration,
			pyroscope.ProfileBlockCount, pyroscope.ProfileBlockDuration,
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), seconds(os.Args[3]))
	defer cancel()
	for range 2 {
		go func() {
			for ctx.Err() == nil {
				contend()
			}
		}()
	}
	n := 0
	for ctx.Err() == nil {
		pyroscope.TagWrapper(ctx, pyroscope.Labels("controller", "slow"), func(context.Context) { n += fib(29) })
		pyroscope.TagWrapper(ctx, pyroscope.Labels("controller", "fast"), func(context.Context) { allocate() })
		time.Sleep(40 * time.Millisecond)
	}
	profiler.Flush(true)
	if err := profiler.Stop(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("done", n)
}
