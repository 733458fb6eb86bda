"""How people tell of themselves in English."""

from avatar_serving.memory.pattern import pattern

_END = r"(?=\s*(?:$|,|\b(?:and|but|because|so|which|where|with|right now|at the moment)\b))"
_NAME = r"(?P<x>[^\W\d_][\w'-]*(?: [A-Z][\w'-]*){0,2})"
_THING = r"(?P<x>[\w][\w' -]{1,48}?)" + _END
_PLACE = r"(?P<x>(?:the )?[\w][\w' -]{1,38}?)" + _END
_ADVERB = r"(?:(?:really|also|still|just|always|absolutely|actually|usually|now|mostly) )*"
_NOT_A_THING = (
    r"(?:it|that|this|you|your|him|her|them|to know|to hear|to ask|what|how|when|the way)\b.*|"
    r".*\b(?:you|your|this|that)\b.*|lot|so much|.*\b(?:one day|some day)\b"
)
_KIN = (
    r"dog|cat|horse|rabbit|parrot|bird|son|daughter|brother|sister|wife|husband|partner|"
    r"boyfriend|girlfriend|mother|father|mum|mom|dad|baby|boss|best friend"
)
_JOB = (
    r"(?P<x>(?:[a-z-]+ ){0,2}(?:nurse|doctor|teacher|student|engineer|developer|programmer|writer|"
    r"designer|lawyer|cook|chef|driver|artist|musician|scientist|pilot|farmer|baker|painter|"
    r"electrician|plumber|carpenter|manager|accountant|architect|photographer|journalist|dentist|"
    r"pharmacist|researcher|professor|librarian|secretary|waiter|waitress|firefighter|gardener|"
    r"translator|psychologist|therapist|mechanic|singer|dancer|actor|actress|soldier|retiree))\b"
)

ENGLISH = (
    pattern(
        rf"\b(?:my name is|my name's|i am called|i'm called|call me|"
        rf"(?:hi|hello|hey),? (?:i am|i'm)) {_NAME}",
        "name",
        "Their name is {x}.",
        r"later|back|when.*|if.*|tomorrow|a .*|so|not|very|the|just|tired|fine|here",
    ),
    pattern(
        rf"\bi (?:{_ADVERB}live|am living|moved|have moved|just moved) (?:in|to|near) {_PLACE}",
        "home",
        "They live in {x}.",
        r"a .*|an .*|fear|the past",
    ),
    pattern(rf"\bi'(?:m living in|ve moved to) {_PLACE}", "home", "They live in {x}."),
    pattern(
        rf"\b(?:i am|i'm|i come|i'm originally|i am originally) from {_PLACE}",
        "origin",
        "They come from {x}.",
        r"time to time.*|there|here",
    ),
    pattern(rf"\bi grew up in {_PLACE}", "origin", "They come from {x}.", r"a .*|an .*"),
    pattern(
        rf"\b(?:i work as|i am working as|i'm working as) an? {_THING}",
        "job",
        "They work as a {x}.",
    ),
    pattern(rf"\b(?:i am|i'm) an? {_JOB}", "job", "They work as a {x}."),
    pattern(
        rf"\bi {_ADVERB}work (?:at|for|in) {_PLACE}",
        "workplace",
        "They work at {x}.",
        r"the (?:morning|evening|night).*|a .*|an .*",
    ),
    pattern(
        r"\b(?:i am|i'm|i turned|i just turned) (?P<x>\d{1,3})(?: years old|(?=\s*(?:$|,)))",
        "age",
        "They are {x} years old.",
    ),
    pattern(
        rf"\bmy birthday is (?:on )?(?:the )?{_THING}",
        "birthday",
        "Their birthday is {x}.",
        r"today|tomorrow|soon|over",
    ),
    pattern(
        rf"\bmy (?P<y>{_KIN})(?:'s name is| is called| is named|,? called|,? named) {_NAME}",
        "name of {y}",
        "Their {y} is called {x}.",
    ),
    pattern(
        rf"\bi have (?P<z>an?|one|two|three|four|five) "
        rf"(?P<y>(?:[a-z-]+ )?(?:{_KIN}|kid|child|children)s?)(?! (?:called|named))\b",
        "has {y}",
        "They have {z} {y}.",
    ),
    pattern(
        rf"\bi have an? (?P<y>(?:[a-z-]+ )?(?:{_KIN})) (?:called|named) {_NAME}",
        "name of {y}",
        "They have a {y} called {x}.",
    ),
    pattern(rf"\b(?:i am|i'm) allergic to {_THING}", "allergy {x}", "They are allergic to {x}."),
    pattern(
        r"\b(?:i am|i'm) (?:an? )?(?P<x>vegetarian|vegan|diabetic|left-handed|married|single|"
        r"divorced|retired|pregnant)\b",
        "{x}",
        "They are {x}.",
    ),
    pattern(
        rf"\b(?:i am|i'm) (?:learning|studying) {_THING}",
        "learning {x}",
        "They are learning {x}.",
        r"for .*|at .*|a lot.*",
    ),
    pattern(
        rf"\bi {_ADVERB}play (?:the )?{_THING}",
        "does {x}",
        "They play {x}.",
        r"with .*|to .*|a .*|for .*",
    ),
    pattern(rf"\bi {_ADVERB}speak {_THING}", "does {x}", "They speak {x}.", r"with .*|to .*|a .*"),
    pattern(
        rf"\bmy favou?rite (?P<y>[a-z][a-z ]{{1,20}}?) is {_THING}",
        "favourite {y}",
        "Their favourite {y} is {x}.",
    ),
    pattern(
        rf"\bi {_ADVERB}(?:like|love|enjoy|adore|am fond of|prefer) {_THING}",
        "taste {x}",
        "They like {x}.",
        _NOT_A_THING,
    ),
    pattern(
        rf"\b(?:i am|i'm) (?:{_ADVERB})(?:into|fond of|a (?:big|huge) fan of) {_THING}",
        "taste {x}",
        "They like {x}.",
        _NOT_A_THING,
    ),
    pattern(
        rf"\bi {_ADVERB}(?:hate|dislike|don't like|do not like|can't stand|cannot stand|detest) "
        + _THING,
        "taste {x}",
        "They do not like {x}.",
        _NOT_A_THING + r"|when .*|being .*",
    ),
    pattern(
        rf"\bi (?:don't|do not|can't|never) (?:eat|drink) {_THING}",
        "diet {x}",
        "They do not eat or drink {x}.",
        r"much.*|anything.*|enough.*|well.*",
    ),
)
