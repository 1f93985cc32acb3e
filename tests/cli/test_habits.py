#!/usr/bin/python3
"""Every row of compiler/model/habit.def: the word is refused where it stands, and what is said is what the row says."""
import os
import re
from cli import check, eigc, equal, main, test, write

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROW = re.compile(r'^HABIT\((\w+),\s*"(\w+)",\s*(NULL|"\w+"),\s*(NULL|"(?:[^"\\]|\\.)*")\)$')
UNIT = "population E excitatory { size = 3; tau = 20; cost = nonnegative; %s }\n"
RUN = "simulate { duration = 1; method = %s; step = 1; %s }\n"
CONNECT = UNIT % "" + "connect E -> E { weight = 1; %s }\n"
CHOICES = {"yes": "self", "no": "self", "all_to_all": "pattern", "one_to_one": "pattern", "random": "pattern", "step": "interpolation",
           "ring": "place", "grid": "place"}


def rows():
    found = []
    for line in open(os.path.join(ROOT, "compiler/model/habit.def")):
        if line.startswith("HABIT("):
            m = ROW.match(line.strip())
            check(m, line)
            place, word, name, repair = m.groups()
            found.append((place, word, None if name == "NULL" else name[1:-1],
                          None if repair == "NULL" else repair[1:-1].replace('\\"', '"')))
    check(len(found) > 100, len(found))
    return found


def choice(word, name):
    attribute = CHOICES.get(name, "method")
    if attribute == "method":
        return UNIT % "" + RUN % (word, "")
    if attribute == "place":
        return UNIT % ("place = %s(1)" % word)
    if attribute == "interpolation":
        return UNIT % ('input = samples("x.csv", every = 1, interpolation = %s)' % word)
    return CONNECT % ("%s = %s" % (attribute, word))


def attribute(word, name):
    line = "%s = 1" % word
    if name in ("weight", "pattern", "self", "delay"):
        return CONNECT % line
    if name in ("duration", "step", "method", "rtol"):
        return UNIT % "" + RUN % ("euler", "" if word == "T" else line)
    return UNIT % line


def model(place, word, name):
    if place == "FUNCTION":
        record = name in ("mean", "variance", "std")
        return UNIT % "" + RUN % ("euler", "record %s(E)" % word) if record else UNIT % ("input = %s(1)" % word)
    if place == "NAME":
        if name == "input":
            return "population V excitatory { v' = -v + %s }\n" % word
        return UNIT % ("input = %s" % word)
    if place == "REQUIREMENT":
        return UNIT % "" + "require %s\n" % word
    return choice(word, name) if place == "CHOICE" else attribute(word, name)


@test
def every_word_is_answered_by_its_row(folder):
    for place, word, name, repair in rows():
        text = model(place, word, name)
        said = eigc("check", "--color=never", write(folder, "m.eig", text)).err
        if word == "T" and place == "ATTRIBUTE":
            continue
        check(re.search(r"error\[E0(201|205)\]: .*`%s`" % word, said), (place, word, said))
        wanted = [w for w in (repair, name and "it is called `%s`" % name, name and "write `%s`" % name, name and "did you mean `%s`?" % name) if w]
        check(any("help: " + w in said for w in wanted), (place, word, wanted, said))


@test
def a_word_of_the_text_is_nearer_than_a_habit(folder):
    text = "param Time = 3\n" + UNIT % "input = time"
    check("did you mean `Time`?" in eigc("check", "--color=never", write(folder, "m.eig", text)).err, text)


@test
def what_is_like_nothing_is_listed_or_told_how_to_declare(folder):
    for text, wanted in ((UNIT % "input = foo", "declare it: `param foo = ...`; known here: `t` and `i`"),
                         (UNIT % "input = foo(1)", "one of your own is declared by `function foo(x) = ...`"),
                         ("population E excitatory { tau = 20; activation(z) = max(x, 0) }\n", "the argument is called `z`"),
                         ("population V excitatory { v' = -v / foo }\n", "a state needs an equation, `foo' = ...`, a constant a `param foo = ...`"),
                         (CONNECT % "foo = 1", "what is known here: `weight`, "),
                         (UNIT % "" + "require foo\n", "what can be required: dale, "),
                         (UNIT % "input = index", "it is the number of a copy, in the arguments of an array of circuits, `instance L[4] = ...`; the number of a neuron is `i`"),
                         (CONNECT % "pattern = random(0.1)", "write `random(p = 0.1)`, or `random(indegree = 10)` for ten sources"),
                         (UNIT % "" + RUN % ("euler", "record foo"), "by the names of populations; known here: `t` and `E`")):
        said = eigc("check", "--color=never", write(folder, "m.eig", text)).err
        check("help: " + wanted in said, (text, said)) if "by the" not in wanted else check(wanted in said, (text, said))


main()
