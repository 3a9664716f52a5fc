// A real kube-apiserver for the interop run; its own main can't be had with `go install`, because
// k8s.io/kubernetes replaces its staging modules in go.mod.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
