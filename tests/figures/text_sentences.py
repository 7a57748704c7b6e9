"""Sentences of each class of what is written otherwise than it is said, made at random by a seed: two lists, which
text_oracle.py has two readers read."""
import random

MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December"]
KINGS = [("Henry", "VIII"), ("Louis", "XIV"), ("Elizabeth", "II"), ("Pope Pius", "IX"), ("World War", "II"),
         ("Chapter", "XII"), ("Act", "IV"), ("Volume", "III"), ("Part", "VI"), ("Edward", "VII")]
UNITS = ["km", "kg", "cm", "mm", "mg", "GB", "MHz", "mph", "km/h", "lbs", "oz", "ft", "ml", "kW"]
NOUNS = ["apples", "books", "miles", "people", "cars", "houses", "votes", "pages", "seats", "trees"]
FORMS_UNITS = ["km", "kg", "cm", "mg", "MHz", "mph", "lbs", "oz", "ft", "kW", "Hz", "kHz", "m", "ml", "mi", "sq ft"]
ROUNDS = 40


def _of_each_class(rng):
    """One sentence of each class of the first list: name and text."""
    number = rng.randint
    return {
        "cardinal": f"It has {number(2, 999)} pages.",
        "thousands": f"They counted {number(1000, 9_999_999):,} votes.",
        "ordinal": f"She came in {number(4, 20)}th place.",
        "decimal": f"The value is {number(0, 99)}.{number(1, 99):02}.",
        "negative": f"It went down to -{number(2, 90)} then.",
        "year": f"It was built in {number(1101, 2029)}.",
        "dollars": f"It costs ${number(2, 999)}.",
        "cents": f"It costs ${number(2, 99)}.{number(2, 99):02}.",
        "millions": f"They raised ${number(2, 900)} million.",
        "euros": f"It costs €{number(2, 999)}.",
        "clock": f"We meet at {number(1, 12)}:{number(10, 59)}.",
        "clock with half": f"We meet at {number(1, 12)}:{number(10, 59)} {rng.choice(['am', 'pm'])}.",
        "iso date": f"It is due {number(1990, 2030)}-{number(1, 12):02}-{number(1, 28):02}.",
        "month first": f"It was on {rng.choice(MONTHS)} {number(1, 28)}, {number(1950, 2030)}.",
        "month and day": f"It was on {rng.choice(MONTHS)} {number(1, 28)}.",
        "percent": f"It grew by {number(2, 100)}%.",
        "unit": f"It measures {number(2, 200)} {rng.choice(UNITS)}.",
        "decimal unit": f"It measures {number(2, 20)}.{number(1, 9)} {rng.choice(['km', 'kg', 'cm', 'GB'])}.",
        "fraction": f"Add {rng.choice(['1/2', '3/4', '2/3', '1/3', '5/8', '1/4'])} of it.",
        "telephone": f"Call {number(200, 999)}-{number(200, 999)}-{number(1000, 9999)} now.",
        "zip": f"The ZIP {number(10000, 99999)} is hers.",
        "roman": "It is about {} {}.".format(*rng.choice(KINGS)),
        "range": f"It takes {number(2, 20)}-{number(21, 90)} days.",
        "temperature": f"It is {number(2, 40)} °C here.",
        "decade": f"It was the {rng.choice([1950, 1960, 1970, 1980, 1990])}s.",
    }


def first_list():
    """A thousand: class and text."""
    rng = random.Random(21)
    return [one for _ in range(ROUNDS) for one in _of_each_class(rng).items()]


def _ordinal(number):
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _classes(rng):
    """The second list: how many sentences of each class, and what makes one."""
    n, c = rng.randint, rng.choice
    return [
        ("cardinal", 25, lambda: f"There are {n(2, 999)} {c(NOUNS)}."),
        ("grouped cardinal", 25, lambda: f"They counted {n(1000, 9_999_999):,} {c(NOUNS)}."),
        ("ordinal", 25, lambda: f"She was {_ordinal(n(1, 199))} in line."),
        ("decimal", 12, lambda: f"The mean is {n(0, 999)}.{n(0, 999):03d}."),
        ("decimal", 13, lambda: f"It was {n(0, 99)}.{n(0, 9)} on average."),
        ("negative", 20, lambda: f"It fell to -{n(1, 99)}{c(['', f'.{n(1, 9)}'])} overnight."),
        ("year", 30, lambda: f"{c(['In', 'Since', 'By', 'Before', 'After'])} {n(1101, 2029)}, all had changed."),
        ("dollars", 15, lambda: f"It costs ${n(1, 99999)} a year."),
        ("dollars", 15, lambda: f"A fee of ${n(1, 99)}.{n(1, 99):02d} is due."),
        ("other money", 20, lambda: f"They paid {c(['€', '£'])}{n(2, 999)} for it."),
        ("magnitude", 25, lambda: f"They raised {c(['$', '€', '£'])}{n(1, 900)}{c(['', '.5'])} "
                                  f"{c(['million', 'billion', 'trillion'])}."),
        ("clock", 25, lambda: f"The train leaves at {n(1, 12)}:{n(1, 59):02d}."),
        ("half of day", 25, lambda: f"We open at {n(1, 12)}:{n(0, 59):02d} "
                                    f"{c(['a.m.', 'p.m.', 'AM', 'PM', 'am', 'pm'])} today."),
        ("iso date", 25, lambda: f"It is dated {n(1950, 2035)}-{n(1, 12):02d}-{n(1, 28):02d}."),
        ("month first", 25, lambda: f"It was {c(MONTHS)} {n(1, 31)}, {n(1800, 2035)}."),
        ("month and day", 20, lambda: f"It is on {c(MONTHS)} {n(1, 28)}."),
        ("month and year", 20, lambda: f"It began in {c(MONTHS)} {n(1800, 2035)}."),
        ("day first", 20, lambda: f"It was {n(1, 28)} {c(MONTHS)} {n(1900, 2035)}."),
        ("small months", 12, lambda: f"it was {c([m.lower() for m in MONTHS if m not in ('May', 'March')])} {n(1, 28)}, "
                                     f"{n(1990, 2030)}"),
        ("slashed date", 15, lambda: f"Due {n(1, 12)}/{n(1, 28)}/{n(1990, 2030)}."),
        ("percent", 25, lambda: f"It rose by {n(1, 100)}{c(['', f'.{n(1, 9)}'])}%."),
        ("unit", 35, lambda: f"It has {n(2, 500)} {c(FORMS_UNITS)} in all."),
        ("decimal unit", 20, lambda: f"About {n(2, 50)}.{n(1, 9)} {c(['km', 'kg', 'cm', 'lbs', 'mi'])} were left."),
        ("square unit", 12, lambda: f"The plot has {n(2, 900)} {c(['km²', 'm²', 'm³'])}."),
        ("temperature", 20, lambda: f"It is {n(-20, 45)} {c(['°C', '°F'])} outside."),
        ("fraction", 20, lambda: f"Use {c([1, 2, 3, 5, 7])}/{c([3, 5, 7, 8, 9, 16])} of it."),
        ("mixed fraction", 15, lambda: f"It took {n(2, 9)} {c(['1/2', '3/4', '2/3', '1/4'])} hours."),
        ("telephone", 15, lambda: f"Call {n(200, 999)}-{n(200, 999)}-{n(1000, 9999)} today."),
        ("telephone", 10, lambda: f"Call ({n(200, 999)}) {n(200, 999)}-{n(1000, 9999)} today."),
        ("country telephone", 10, lambda: f"Call +1 {n(200, 999)}-{n(200, 999)}-{n(1000, 9999)} today."),
        ("decade", 8, lambda: f"It was made in the {c([1920, 1930, 1940, 1950, 1960, 1970, 1980, 1990])}s."),
        ("address", 25, lambda: f"{n(1000, 9998)} {c(['Oak', 'Main', 'Maple', 'Pine', 'Hill'])} "
                                f"{c(['St', 'Ave', 'Rd', 'Blvd', 'Ct'])}, "
                                f"{c(['Springfield', 'Austin', 'Salem', 'Dayton'])}, "
                                f"{c(['CA', 'TX', 'NY', 'FL', 'IL'])} {n(10000, 99999)}"),
        ("clock range", 12, lambda: f"Open {n(1, 11)}{c(['am', 'pm'])}-{n(1, 12)}{c(['am', 'pm'])} daily."),
        ("address of mail", 12, lambda: f"Write to {c(['ann', 'bob', 'info', 'sales'])}@"
                                        f"{c(['example', 'acme', 'widgets'])}.{c(['com', 'org'])} soon."),
        ("version", 10, lambda: f"Version {n(1, 9)}.{n(0, 9)} is out."),
        ("rate", 10, lambda: f"It costs ${n(2, 99)}/{c(['hr', 'month', 'year', 'week', 'day'])} now."),
    ]


def second_list():
    """Some 650 of other classes and forms: class and text."""
    return [(name, make()) for name, count, make in _classes(random.Random(5)) for _ in range(count)]
