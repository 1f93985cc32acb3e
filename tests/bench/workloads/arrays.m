% The workloads in Octave: octave arrays.m WAY STEPS [FILE N]. Prints the last numbers, as the C programs do.
words = argv();
steps = str2double(words{2});
if strcmp(words{1}, "pair")
  slopes = @(x) [1 / (1 + exp(-1.3 * (16 * x(1) - 12 * x(2) + 1.25 - 4))) - x(1); (1 / (1 + exp(-2 * (15 * x(1) - 3 * x(2) - 3.7))) - x(2)) / 2];
  x = [0.1; 0.05];
  h = 0.01;
  for k = 1:steps
    k1 = slopes(x);
    k2 = slopes(x + h / 2 * k1);
    k3 = slopes(x + h / 2 * k2);
    k4 = slopes(x + h * k3);
    x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
  end
  printf("%.17g %.17g\n", x);
else
  n = str2double(words{4});
  file = fopen(words{3});
  w = fread(file, [n n], "double")';
  fclose(file);
  n_E = n / 5 * 4;
  u = 0.5 + [(0:n_E - 1)' / n_E; (0:n - n_E - 1)' / (n - n_E)];
  x = 0.5 * ones(n, 1);
  for k = 1:steps
    x = x + 0.1 * (max(w * x + u, 0) - x);
  end
  printf("%.17g %.17g\n", sum(x(1:n_E)), sum(x(n_E + 1:end)));
end
