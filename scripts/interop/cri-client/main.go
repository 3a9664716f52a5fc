// What a kubelet asks of a container runtime for a Pod with an image volume, by the CRI; and what runs in the
// containers, so that their image needs no other program.
//
//	cri-client call SOCKET version
//	cri-client call SOCKET pull REF
//	cri-client call SOCKET run DIR IMAGE VOLUME COMMAND…   VOLUME at /models; "" for none; logs below DIR
//	cri-client walk DIR                                    the files, as sha256sum prints them
//	cri-client pause
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

type runtime struct {
	cri.RuntimeServiceClient
	images cri.ImageServiceClient
	ctx    context.Context
}

func image(reference string) *cri.ImageSpec {
	return &cri.ImageSpec{Image: reference, UserSpecifiedImage: reference}
}

func (r runtime) pull(reference string) error {
	_, err := r.images.PullImage(r.ctx, &cri.PullImageRequest{Image: image(reference)})
	return err
}

// The host's network: no CNI plugin is needed.
func podOf(dir string) *cri.PodSandboxConfig {
	id := filepath.Base(dir)
	return &cri.PodSandboxConfig{
		Metadata:     &cri.PodSandboxMetadata{Name: id, Uid: id, Namespace: "default"},
		LogDirectory: dir,
		Linux: &cri.LinuxPodSandboxConfig{
			CgroupParent: os.Getenv("CRI_CGROUP"),
			SecurityContext: &cri.LinuxSandboxSecurityContext{NamespaceOptions: &cri.NamespaceOption{
				Network: cri.NamespaceMode_NODE, Pid: cri.NamespaceMode_CONTAINER}},
		},
	}
}

func (r runtime) run(dir, program, volume string, command []string) error {
	dir, err := os.MkdirTemp(dir, "pod-")
	if err != nil {
		return err
	}
	pod := podOf(dir)
	sandbox, err := r.RunPodSandbox(r.ctx, &cri.RunPodSandboxRequest{Config: pod})
	if err != nil {
		return err
	}
	err = r.runIn(sandbox.PodSandboxId, pod, program, volume, command)
	if _, stopped := r.StopPodSandbox(r.ctx, &cri.StopPodSandboxRequest{PodSandboxId: sandbox.PodSandboxId}); err == nil {
		err = stopped
	}
	if _, removed := r.RemovePodSandbox(r.ctx, &cri.RemovePodSandboxRequest{PodSandboxId: sandbox.PodSandboxId}); err == nil {
		err = removed
	}
	return err
}

func (r runtime) runIn(sandbox string, pod *cri.PodSandboxConfig, program, volume string, command []string) error {
	config := &cri.ContainerConfig{
		Metadata: &cri.ContainerMetadata{Name: "server"}, Image: image(program), Command: command, LogPath: "log",
		Linux: &cri.LinuxContainerConfig{SecurityContext: &cri.LinuxContainerSecurityContext{
			NamespaceOptions: pod.Linux.SecurityContext.NamespaceOptions}},
	}
	if volume != "" {
		config.Mounts = []*cri.Mount{{ContainerPath: "/models", Readonly: true, Image: image(volume)}}
	}
	created, err := r.CreateContainer(r.ctx, &cri.CreateContainerRequest{PodSandboxId: sandbox, SandboxConfig: pod, Config: config})
	if err != nil {
		return err
	}
	if _, err := r.StartContainer(r.ctx, &cri.StartContainerRequest{ContainerId: created.ContainerId}); err != nil {
		return err
	}
	for {
		response, err := r.ContainerStatus(r.ctx, &cri.ContainerStatusRequest{ContainerId: created.ContainerId})
		if err != nil {
			return err
		}
		if status := response.Status; status.State == cri.ContainerState_CONTAINER_EXITED {
			return report(filepath.Join(pod.LogDirectory, "log"), status)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// Lines of a CRI log: time, stream, "F", text.
func report(path string, status *cri.ContainerStatus) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for line := range bytes.Lines(text) {
		if fields := bytes.SplitN(line, []byte(" "), 4); len(fields) == 4 {
			os.Stdout.Write(fields[3])
		}
	}
	if status.ExitCode != 0 {
		return fmt.Errorf("the container ended with %d (%s) %s", status.ExitCode, status.Reason, status.Message)
	}
	return nil
}

func call(socket string, arguments []string) error {
	connection, err := grpc.NewClient("unix:"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	r := runtime{cri.NewRuntimeServiceClient(connection), cri.NewImageServiceClient(connection), ctx}
	switch arguments[0] {
	case "pull":
		return r.pull(arguments[1])
	case "run":
		return r.run(arguments[1], arguments[2], arguments[3], arguments[4:])
	}
	version, err := r.Version(ctx, &cri.VersionRequest{})
	if err == nil {
		fmt.Println(version.RuntimeName, version.RuntimeVersion)
	}
	return err
}

func walk(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		fmt.Printf("%x  ./%s\n", sha256.Sum256(content), name)
		return err
	})
}

func main() {
	var err error
	switch os.Args[1] {
	case "call":
		err = call(os.Args[2], os.Args[3:])
	case "walk":
		err = walk(os.Args[2])
	case "pause":
		time.Sleep(time.Hour)
	}
	if err != nil {
		log.Fatal(err)
	}
}
