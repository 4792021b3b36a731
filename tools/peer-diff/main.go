// Compares the cases of the drift corpus as Argo CD does, by its gitops-engine/pkg/diff, in each of its three ways. For tests.
//
// Usage: peer-diff CASES OPENAPI. CASES has a JSON object on each line, OPENAPI is the server's /openapi/v2 as JSON. Writes a
// verdict of each case and way on a line of its own.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/diff"
	openapi_v2 "github.com/google/gnostic-models/openapiv2"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/kube-openapi/pkg/util/proto"
)

type corpusCase struct {
	Index    int    `json:"index"`
	Manager  string `json:"manager"`
	Declared object `json:"declared"`
	// Null: it is gone.
	Live object `json:"live"`
	// What the server answered to a dry run of the declaration, or why it refused.
	Desired json.RawMessage `json:"desired"`
	Refused string          `json:"refused"`
}

// With whole numbers as such, like everything that comes from a server.
type object map[string]any

func (o *object) UnmarshalJSON(text []byte) error {
	var fields map[string]any
	err := utiljson.Unmarshal(text, &fields)
	*o = fields
	return err
}

type verdict struct {
	Index int    `json:"index"`
	Way   string `json:"way"`
	Drift bool   `json:"drift"`
	// Why it could not say.
	Error string `json:"error,omitempty"`
}

// Run stands for the dry run: its answer was recorded while the object was as the case wants it.
func (c corpusCase) Run(context.Context, *unstructured.Unstructured, string) (string, error) {
	if c.Refused != "" {
		return "", errors.New(c.Refused)
	}
	return string(c.Desired), nil
}

// Argo CD ignores status unless it is told otherwise.
type withoutStatus struct{}

func (withoutStatus) Normalize(object *unstructured.Unstructured) error {
	delete(object.Object, "status")
	return nil
}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(casesPath, openapiPath string) error {
	parser, err := readParser(openapiPath)
	if err != nil {
		return err
	}
	file, err := os.Open(casesPath)
	if err != nil {
		return err
	}
	defer file.Close()
	answers := json.NewEncoder(os.Stdout)
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var one corpusCase
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return err
		}
		for _, answer := range one.judge(parser) {
			if err := answers.Encode(answer); err != nil {
				return err
			}
		}
	}
	return lines.Err()
}

func (c corpusCase) judge(parser *managedfields.GvkParser) []verdict {
	shared := []diff.Option{
		diff.IgnoreAggregatedRoles(true), diff.WithNormalizer(withoutStatus{}), diff.WithManager(c.Manager), diff.WithGVKParser(parser),
	}
	with := func(more ...diff.Option) []diff.Option { return append(append([]diff.Option{}, shared...), more...) }
	return []verdict{
		c.compare("three-way", c.liveAsAppliedByClient(), with()),
		c.compare("structured merge", c.Live, with(diff.WithStructuredMergeDiff(true))),
		c.compare("server-side", c.Live, with(diff.WithServerSideDiff(true), diff.WithServerSideDryRunner(c))),
	}
}

func (c corpusCase) compare(way string, live object, options []diff.Option) (answer verdict) {
	answer = verdict{Index: c.Index, Way: way}
	defer func() {
		if problem := recover(); problem != nil {
			answer.Error = fmt.Sprint(problem)
		}
	}()
	config := (&unstructured.Unstructured{Object: c.Declared}).DeepCopy()
	var found *unstructured.Unstructured
	if live != nil {
		found = (&unstructured.Unstructured{Object: live}).DeepCopy()
	}
	result, err := diff.Diff(config, found, options...)
	if err != nil {
		answer.Error = err.Error()
		return answer
	}
	answer.Drift = result.Modified
	return answer
}

// By default Argo CD applies as kubectl does, which keeps the declaration in an annotation: the third side of that comparison.
func (c corpusCase) liveAsAppliedByClient() object {
	if c.Live == nil {
		return nil
	}
	text, err := json.Marshal(c.Declared)
	if err != nil {
		panic(err)
	}
	live := (&unstructured.Unstructured{Object: c.Live}).DeepCopy()
	annotations := live.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[diff.AnnotationLastAppliedConfig] = string(text)
	live.SetAnnotations(annotations)
	return live.Object
}

func readParser(path string) (*managedfields.GvkParser, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	document, err := openapi_v2.ParseDocument(text)
	if err != nil {
		return nil, err
	}
	models, err := proto.NewOpenAPIData(document)
	if err != nil {
		return nil, err
	}
	return managedfields.NewGVKParser(models, false)
}
