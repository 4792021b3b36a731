module atrium.dev/tools/peer-etcd-benchmark

go 1.25.0

require go.etcd.io/etcd/v3 v3.6.14
