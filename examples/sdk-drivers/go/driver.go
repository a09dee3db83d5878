// A driver for the published Go SDK, formance-sdk-go (see docs/sdk.md).
// go build -o driver . && conformance sdk -- ./driver
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"reflect"
	"strings"
	"time"

	formance "github.com/formancehq/formance-sdk-go/v3"
	"github.com/formancehq/formance-sdk-go/v3/pkg/models/operations"
	"github.com/formancehq/formance-sdk-go/v3/pkg/models/sdkerrors"
	"github.com/formancehq/formance-sdk-go/v3/pkg/models/shared"
)

type call struct {
	Type, Operation, BaseURL, Client string
	ID                               int
	Timeout                          float64
	Arguments                        map[string]json.RawMessage
	Credentials                      *struct{ ClientID, ClientSecret, TokenURL *string }
}

var clients = map[string]*formance.Formance{}

// client is the instance of the SDK that a call names. The SDK itself adds /api/orchestration to the server's URL.
func client(c call) *formance.Formance {
	key := c.Client + " " + c.BaseURL
	if clients[key] == nil {
		options := []formance.SDKOption{formance.WithServerURL(strings.TrimSuffix(c.BaseURL, "/api/orchestration"))}
		if c.Credentials != nil {
			options = append(options, formance.WithSecurity(shared.Security(*c.Credentials)))
		}
		clients[key] = formance.New(options...)
	}
	return clients[key]
}

// called is what the SDK's method for an operation gives: its response, or an error.
func called(sdk *formance.Formance, c call) (reflect.Value, error) {
	name := strings.ToUpper(c.Operation[:1]) + c.Operation[1:]
	name = strings.Replace(name, "GetServerInfo", "OrchestrationgetServerInfo", 1)
	method := reflect.ValueOf(sdk.Orchestration.V1).MethodByName(name)
	given := []reflect.Value{reflect.ValueOf(context.Background())}
	if method.Type().NumIn() == 3 { // the context, a request, and options
		request := reflect.New(method.Type().In(1))
		c.Arguments["RequestBody"] = c.Arguments["body"]
		text, _ := json.Marshal(c.Arguments) // the fields of requests have the names of the arguments
		if c.Operation == "createWorkflow" {
			text = c.Arguments["body"]
		}
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber() // numbers in free-form values keep their digits
		if err := decoder.Decode(request.Interface()); err != nil {
			return request, err
		}
		given = append(given, request.Elem())
	}
	timeout := time.Duration(c.Timeout * float64(time.Second))
	out := method.Call(append(given, reflect.ValueOf(operations.WithOperationTimeout(timeout))))
	err, _ := out[1].Interface().(error)
	return out[0], err
}

// plain is what the SDK hands over as JSON, by the API's names, which are in the tags of its structs.
func plain(v reflect.Value) any {
	switch given := v.Interface().(type) {
	case time.Time:
		return given.Format(time.RFC3339Nano)
	case big.Int:
		return &given
	}
	found := map[string]any{}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return plain(v.Elem())
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = plain(v.Index(i))
		}
		return list
	case reflect.Map:
		for _, key := range v.MapKeys() {
			found[key.String()] = plain(v.MapIndex(key))
		}
	case reflect.Struct:
		for i := 0; i < v.NumField(); i++ {
			field, value := v.Type().Field(i), v.Field(i)
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
				found[name] = plain(value)
			} else if value.Kind() == reflect.Pointer && !value.IsNil() && field.Name != "RawResponse" {
				return plain(value) // of a response its content; of several types the one that fits
			}
		}
	default:
		return v.Interface()
	}
	return found
}

// told is an error with what the SDK tells of it.
func told(err error) map[string]any {
	refused, unknown := new(sdkerrors.Error), new(sdkerrors.SDKError)
	found := map[string]any{"kind": "other", "message": err.Error()}
	switch {
	case errors.As(err, &refused):
		found["kind"], found["errorCode"], found["errorMessage"] = "http", refused.ErrorCode, refused.ErrorMessage
	case errors.As(err, &unknown):
		found["kind"], found["status"] = "http", unknown.StatusCode
	case errors.Is(err, context.DeadlineExceeded):
		found["kind"] = "timeout"
	case errors.As(err, new(*url.Error)):
		found["kind"] = "connection"
	case strings.Contains(err.Error(), "unmarshal"):
		found["kind"] = "decode"
	}
	return found
}

func main() {
	fmt.Println(`{"type":"hello","protocol":1,"sdk":"formance-sdk-go","version":"3.2.0",` +
		`"features":["concurrency","credentials"]}`)
	for input := json.NewDecoder(os.Stdin); ; {
		var c call
		if input.Decode(&c) != nil || c.Type == "bye" {
			return
		}
		go func(sdk *formance.Formance) {
			result := map[string]any{"type": "result", "id": c.ID}
			if response, err := called(sdk, c); err != nil {
				result["error"] = told(err)
			} else if result["data"] = plain(response); c.Operation != "getServerInfo" {
				result["data"] = result["data"].(map[string]any)["data"]
			}
			_ = json.NewEncoder(os.Stdout).Encode(result) // one write, so that lines do not mix
		}(client(c))
	}
}
