// The registry's module; the version is that of crane in scripts/peers.
module mpk.interop/ggcr-registry

go 1.26.0

require github.com/google/go-containerregistry v0.22.1
