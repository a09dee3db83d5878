// The Go SDK called in a loop, nothing else: loop URL COUNT prints calls per second.
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	formance "github.com/formancehq/formance-sdk-go/v3"
	"github.com/formancehq/formance-sdk-go/v3/pkg/models/operations"
)

const warm = 50

func main() {
	count, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	api := formance.New(formance.WithServerURL(os.Args[1])).Orchestration.V1
	var began time.Time
	for number := 0; number < warm+count; number++ {
		if number == warm {
			began = time.Now()
		}
		if _, err := api.GetWorkflow(context.Background(), operations.GetWorkflowRequest{FlowID: "w-1"}); err != nil {
			panic(err)
		}
	}
	fmt.Println(float64(count) / time.Since(began).Seconds())
}
