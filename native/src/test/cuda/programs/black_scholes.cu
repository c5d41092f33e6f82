// What European options are worth after Black and Scholes, in float64.

__device__ double normal(double d) { return 0.5 * erfc(-d * 0.70710678118654752440); }

extern "C" __global__ void blackScholes(const double* price, const double* strike, const double* years, double rate, double volatility, double* call, double* put, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  double root = volatility * sqrt(years[i]);
  double d1 = (log(price[i] / strike[i]) + (rate + 0.5 * volatility * volatility) * years[i]) / root, d2 = d1 - root;
  double discounted = strike[i] * exp(-rate * years[i]);
  call[i] = price[i] * normal(d1) - discounted * normal(d2);
  put[i] = discounted * normal(-d2) - price[i] * normal(-d1);
}
