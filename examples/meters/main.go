// What runs in Lambda: the Runtime API, and a function that answers its invocations.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		if err := serve(api); err != nil {
			log.Fatal(err)
		}
	}
}

// serve takes one invocation and answers it; an error is the Runtime API's, not the function's.
func serve(api string) error {
	next, err := http.Get(api + "next")
	if err != nil {
		return err
	}
	defer next.Body.Close()
	body, err := io.ReadAll(next.Body)
	if err != nil {
		return err
	}
	invocation := api + next.Header.Get("Lambda-Runtime-Aws-Request-Id")
	answer, failed := handle(body)
	if failed != nil {
		return post(invocation+"/error", map[string]string{"errorType": "Reading", "errorMessage": failed.Error()})
	}
	return post(invocation+"/response", answer)
}

func handle(body []byte) (Answer, error) {
	var event Event
	if err := json.Unmarshal(body, &event); err != nil {
		return Answer{}, err
	}
	return count(event, os.Stdout)
}

func post(address string, answer any) error {
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	taken, err := http.Post(address, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer taken.Body.Close()
	if taken.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s: %s", address, taken.Status)
	}
	return nil
}
