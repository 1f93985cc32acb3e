"""Random models as lists of declarations, of every kind that a run adds up: leaky rates and
equations, uniform, listed and dense weights, kernels, currents, delays, protocols, circuits,
draws and noise. Few choices and many twins, so that declarations often differ in their place alone."""
import random

CONSTANTS = ["param drive = 0.7 in [0, 5]", "param g = 0.3", "let half_g = g / 2", "let rest = 1 / 3",
             "function bump(z, m) = m * pulse(z - 0.3, 0.4)", "function pull(a) = a * half_g + rest"]
PLACE = "; place = ring(1)"


class Parts:
    """names: populations that may be renamed (when `rename`); declarations, in any order; records; simulate: the rest."""

    def __init__(self, seed):
        r = self.r = random.Random(seed)
        self.drawn = r.random() < 0.4
        self.rename = not self.drawn
        self.noisy = self.drawn and r.random() < 0.5
        self.delayed = r.random() < 0.4
        self.size = r.choice([1, 3, 4, 17])
        self.names, self.equations = [], []
        kinds = [self.population() for _ in range(r.choice([1, 2, 2, 3]))]
        self.declarations = CONSTANTS[:]
        for k in range(r.choice([2, 3, 4, 6, 9])):
            text, by_equations = r.choice(kinds)
            name = f"P{k}"
            self.names.append(name)
            self.equations.append(by_equations)
            self.declarations.append(f"population {name} {text}")
        self.records = [text for n in self.names for text in (n, f"mean({n})", f"input({n})")]
        brought = self.instances() if r.random() < 0.4 else []
        made = [self.connection() for _ in range(r.choice([1, 1, 2, 3]))]
        everyone = self.names + brought
        for _ in range(r.randint(len(everyone), 4 * len(everyone))):
            pre, post = r.choice(everyone), r.choice(everyone)
            attributes = r.choice(made)
            if "current" in attributes and not (pre in self.names and post in self.names):
                attributes = "weight = g / 7; scale = 1/n"
            self.declarations.append(f"connect {pre} -> {post} {{ {attributes} }}")
        self.simulate = self.run()

    def population(self):
        r = self.r
        start = r.choice(["0.1 + 0.01 * i", "0.3", "uniform(0, 0.5)" if self.drawn else "0.2"])
        drive = r.choice(["1", "drive", "bump(t, 2) + 0.1 * i", "drive + bump(t, pull(1))",
                          "normal(1, 0.2)" if self.drawn else "sin(t)"])
        sign = r.choice(["excitatory", "inhibitory"])
        if r.random() < 0.25:
            return (f"{sign} {{ size = {self.size}{PLACE}; v' = v - v^3 / 3 - w + input{' + 0.1 * noise' if self.noisy else ''}\n"
                    f"  w' = 0.08 * (v + 0.7 - 0.8 * w); rate = tanh(v); input = {drive}; start(v) = {start} }}"), True
        tau = r.choice(["1", "2.5", "0.7", "lognormal(1, 0.3)" if self.drawn else "3"])
        cost = r.choice(["cost = tanh", "cost = box(-1, 3)", "cost = logistic", "activation(z) = atan(z) / 2 + z / 9"])
        noise = "; noise = 0.05" if self.noisy and r.random() < 0.5 else ""
        return f"{sign} {{ size = {self.size}{PLACE}; tau = {tau}; {cost}; input = {drive}; start = {start}{noise} }}", False

    def instances(self):
        """A chain of layers, each with a population that the file reaches by its path."""
        n = self.r.choice([1, 2, 4])
        self.declarations += [
            "circuit Layer(way, self = 0.2) {\n"
            f"  population E excitatory {{ size = {self.size}{PLACE}; tau = 2; cost = tanh; input = way }}\n"
            f"  population I inhibitory {{ size = {self.size}{PLACE}; tau = 1; cost = tanh; start = 0.2 }}\n"
            "  connect E -> E { weight = self / 3; scale = 1/n }\n"
            "  connect I -> E { weight = 0.7; pattern = one_to_one }\n"
            "  connect E -> I { weight = 0.4; scale = 1/n }\n}",
            f"instance L[{n}] = Layer({self.r.choice(['0.5', '1 - index / 4'])})", "instance top = Layer(1)",
            f"connect L[k].E -> L[k + 1].E {{ weight = 0.1; pattern = one_to_one }} for k in 0..{n} - 2" if n > 1 else
            "connect L[0].E -> top.E { weight = 1/7; scale = 1/n }"]
        self.records += ["top.E", "mean(L[0].I)", f"L[{n - 1}].E"]
        return ["top.E", "top.I"] + [f"L[{k}].{p}" for k in range(n) for p in "EI"]

    def connection(self):
        r = self.r
        late = "; delay = 0.2" if self.delayed and r.random() < 0.5 else ""
        choice = ["weight = g / 7; scale = 1/n", "weight = 0.123; scale = 1/n", "weight = 0.31; pattern = one_to_one",
                  "weight = 0.2 * exp(-abs(pre.i - post.i)) / 3", "weight = 0.11; pattern = kernel(cosine(0.5))",
                  "current = 0.2 * pre.rate * (1 - post.rate); scale = 1/n",
                  "current = 0.1 * sin(pre.rate - post.rate); scale = 1/n",
                  "current = 0.2 * tanh(pre.rate - post.rate); scale = 1/n"]
        if self.drawn:
            choice += ["weight = 0.3; pattern = random(p = 0.4); scale = 1/n", "weight = gamma(2, 0.1); pattern = random(indegree = 1)",
                       "weight = uniform(0, 0.2) + uniform(0, 0.1); scale = 1/n", "weight = 0.1; pattern = random(p = 0.4); seed = 3"]
        return r.choice(choice) + late

    def run(self):
        methods = ["euler_maruyama", "milstein", "stochastic_heun"] if self.noisy else ["euler", "heun"] if self.delayed else ["euler", "heun", "rk4", "rk45"]
        method = self.r.choice(methods)
        changes = ["at 0.8 drive = 2", "at 1.6 drive = 1/3"]
        self.r.shuffle(changes)
        return f"duration = 3; method = {method}; step = 0.1; seed = 5\n  " + "\n  ".join(changes)
