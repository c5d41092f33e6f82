// What kernels print, and what they assert.
#include <cassert>
#include <cstdio>

extern "C" __global__ void conversions(int) {
  int n = -42;
  printf("int %d %+d %05d %x %#X %o %u\n", n, 42, 42, 42, 42, 42, n);
  printf("long %lld %llx\n", -4200000000000ll, -4200000000000ll);
  double pi = 3.14159265;
  printf("real %f %.2f %e %g %a\n", pi, pi, pi, pi, 1.5);
  printf("text [%s] [%7s] [%.2s] %c 100%%\n", "nudge", "nudge", "nudge", 'c');
  printf("wide [%*d] [%-*d]\n", 5, 42, 5, 42);
  int count = printf("one %d two %d three %d\n", 1, 2, 3);
  printf("count %d\n", count);
}

extern "C" __global__ void threads(int) { printf("thread %d\n", int(threadIdx.x)); }

// Every thread has to be one of the first.
extern "C" __global__ void asserts(int first) {
  assert(threadIdx.x < first);
  printf("thread %d is one\n", int(threadIdx.x));
}
