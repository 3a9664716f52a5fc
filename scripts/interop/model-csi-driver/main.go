// The ModelPack CSI driver's node service, and a client that calls it as a kubelet would: its own main can't be had
// with `go install`, because its go.mod replaces a module.
//
//	model-csi-driver serve CONFIG
//	model-csi-driver call SOCKET info
//	model-csi-driver call SOCKET publish ID TARGET KEY=VALUE…
//	model-csi-driver call SOCKET unpublish ID TARGET
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"github.com/modelpack/model-csi-driver/pkg/config"
	"github.com/modelpack/model-csi-driver/pkg/server"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func serve(path string) error {
	cfg, err := config.New(path)
	if err != nil {
		return err
	}
	node, err := server.NewServer(cfg)
	if err != nil {
		return err
	}
	return node.Run(context.Background())
}

// The fields are those that kubelet sends for an inline volume of a Pod (CSI 1.2, NodePublishVolume).
func publish(id, target string, attributes []string) *csi.NodePublishVolumeRequest {
	volumeContext := map[string]string{"csi.storage.k8s.io/ephemeral": "true"}
	for _, attribute := range attributes {
		key, value, _ := strings.Cut(attribute, "=")
		volumeContext[key] = value
	}
	return &csi.NodePublishVolumeRequest{
		VolumeId:   id,
		TargetPath: target,
		VolumeCapability: &csi.VolumeCapability{
			AccessType: &csi.VolumeCapability_Mount{Mount: &csi.VolumeCapability_MountVolume{}},
			AccessMode: &csi.VolumeCapability_AccessMode{Mode: csi.VolumeCapability_AccessMode_SINGLE_NODE_WRITER},
		},
		Readonly:      true,
		VolumeContext: volumeContext,
	}
}

func call(socket string, arguments []string) error {
	connection, err := grpc.NewClient("unix:"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	node := csi.NewNodeClient(connection)
	switch arguments[0] {
	case "info":
		info, err := csi.NewIdentityClient(connection).GetPluginInfo(ctx, &csi.GetPluginInfoRequest{})
		if err == nil {
			fmt.Println(info.GetName(), info.GetVendorVersion())
		}
		return err
	case "publish":
		_, err = node.NodePublishVolume(ctx, publish(arguments[1], arguments[2], arguments[3:]))
	case "unpublish":
		_, err = node.NodeUnpublishVolume(ctx, &csi.NodeUnpublishVolumeRequest{VolumeId: arguments[1], TargetPath: arguments[2]})
	}
	return err
}

func main() {
	var err error
	if os.Args[1] == "serve" {
		err = serve(os.Args[2])
	} else {
		err = call(os.Args[2], os.Args[3:])
	}
	if err != nil {
		log.Fatal(err)
	}
}
