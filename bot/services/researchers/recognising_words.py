"""The words by which `recognising` knows a question, and those by which it knows that something is none.

They are matched against clauses as `recognising.clauses` makes them: lower case, without accents, contractions opened
(*what's* is ``what is``), one space between words. So that hostile text costs no more than other text, no pattern has a
repetition inside a repetition.
"""

from __future__ import annotations

import re


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _any(*patterns: str) -> re.Pattern[str]:
    """Any of these, each ending where a word ends."""
    return re.compile(rf"(?:{'|'.join(patterns)})(?!\w)")


SAME_MARKS = str.maketrans(
    dict.fromkeys("؟？⁇⁈⁉‽՞፧\N{GREEK QUESTION MARK}", "? ")
    | dict.fromkeys("’‘´ʼ", "'")
    | dict.fromkeys("“”„«»", '"')
    | {"。": ". ", "！": "! ", "，": ", "}
)
"""Marks of other scripts and keyboards, as the rule reads them."""

CONTRACTIONS = dict(
    line.strip().split(": ")
    for line in """\
        whats: what is
        wats: what is
        hows: how is
        wheres: where is
        whos: who is
        whys: why is
        whens: when is
        im: i am
        ive: i have
        u: you
        ur: your
        r: are
        wat: what
        pls: please
        plz: please
        dont: do not
        doesnt: does not
        didnt: did not
        isnt: is not
        arent: are not
        wasnt: was not
        cant: can not
        can't: can not
        cannot: can not
        couldnt: could not
        wouldnt: would not
        shouldnt: should not
        wont: will not
        won't: will not
        y'all: you
        everybody: everyone
        anybody: anyone
        somebody: anyone
        someone: anyone
        any1: anyone
        wanna: want to
        gonna: going to
        wtf: what the""".splitlines()
)
"""Shortened words and spellings, in full. Endings such as ``n't`` and ``'re`` are opened by rule."""

TAKES_IS = _set("how why what when where who it that there here he she")
"""Where ``'s`` is *is*; elsewhere it says whose something is."""

ASKING = _set("how why what when where who whom whose which")

OPENERS = _set("""
    actually afternoon again ah aha all alright also and anyway anyways argh basically btw but class cool curious
    dear eh er erm evening everybody everyone finally fine first folks friends good great greetings guys hello help
    hey hi hiya hm hmm hmmm hmmmm honestly idk just k kay lads lastly like literally look maybe morning nah next no
    nope now oh ok okay okey oops or people please ps q question quick right second seriously so sorry thanks then
    there third tho though uh uhm um umm wait well yeah yep yes yo
""")
"""Words that open a message without being asked about: greetings, fillers, joins. They are stepped over."""

OPENING_PHRASES = re.compile(
    r"(?:i have (?:got )?(?:a|one|another) (?:quick |small |little |silly )?question"
    r"|(?:a |one |another |my |here is a )(?:quick |random |silly )?question(?: is)?"
    r"|out of curiosity|by the way|in general|for example) "
)

AUXILIARY = "(?:is|are|was|were|do|does|did|can|could|would|should|will|has|have|had|might|must)"
"""The verbs that stand before the subject when English asks."""

TELLING_SUBJECTS = "(?:i|we|you|he|she|it|they|this|that|these|those|people)"

KINDS = (
    "(?:(?:kinds?|types?|sorts?|part) of [a-z]+|colou?rs?|year|country|countries|planets?|animals?|plants?|metals?"
    "|languages?|percentage|number|size|shape|temperature|continent|city|century|element|gas|material|command|program|word|unit|author"
    "|king|queen|river|mountain|ocean|birds?|fish|fruit|trees?)"
)
"""After *what* or *which* these ask even with *is* and without a mark; *what matters is …* tells."""

WHAT = "(?:(?:in|at|to|from|for|by|on|with|of) )?(?:what|which|whose)"

DIRECT = _any(
    rf"(?:why|where|when|what|who|whose|which) {AUXILIARY}",
    rf"how (?:come|many|much|{AUXILIARY})",
    rf"how (?!{TELLING_SUBJECTS} )[a-z]+ (?:[a-z]+ )?{AUXILIARY}",
    rf"why is it that|what else {AUXILIARY}",
    rf"{WHAT} {KINDS} (?:[a-z]+ ){{0,2}}{AUXILIARY}",
    rf"{WHAT} (?!{TELLING_SUBJECTS} |a |an |if |about )(?:[a-z]+ ){{1,2}}"
    r"(?:do|does|did|can|could|would|should|has|have|had)",
    r"what (?:causes?|caused|makes?|happens|happened|determines|decides)",
    r"who (?:invented|discovered|wrote|built|painted|found|founded|designed|named|ruled|won|composed)",
)
"""A question word, and the verb where a question has it: needs no question mark."""

MARKED_DIRECT = re.compile(
    rf"(?:how|why) (?!not )[a-z0-9]+ [a-z0-9]"
    rf"|(?:what|which|whose) (?!{TELLING_SUBJECTS} |a |an |if |about |the )[a-z0-9]+ [a-z0-9]"
)
"""A question word; with a question mark that suffices (*how i can install a font?*, *which metal rusts?*)."""

NOT_FIRST = re.compile(rf"(?:which|who|whose|when (?!{AUXILIARY} ))")
"""After a pause these mostly tell more about what was just said (*my cat, which is old, …*)."""

YES_NO = re.compile(rf"{AUXILIARY} (?!(?:not|anyone|anything|everyone|we|any of) )[a-z0-9]")
"""The verb first: a question only with a question mark, and not when it is for one person."""

MAY_ASK = (
    "? how wh wat wtf if help advice tip way reason trick method formula rule tool suggestion"
    " possible true safe normal legal dangerous necessary better worth easier harder"
).split()
"""Nothing is recognised in a text in which none of these stands: a question mark, or a part of a word without which
`DIRECT`, `PLAIN_YES_NO`, `WANTS_HELP` and `WRAPPED` match nothing. It only spares the effort of looking closer."""

PLAIN_YES_NO = _any(
    r"is there (?:(?:a|an|any|some|another) )?(?:[a-z]+ )?(?:ways?|reasons?|tricks?|methods?|formulas?|rules?|tools?)",
    r"is it (?:possible|true|safe|normal|legal|dangerous|necessary|better|worth|easier|harder) (?:to|that|for|if)",
)
"""Yes-or-no questions that are plain without a mark."""

EMPTY_IT = re.compile(
    r"\bit (?:(?:be|is|get|gets|always|really|still|even|actually|ever|so|more|much) ){0,2}"
    r"(?:possible|true|safe|normal|legal|dangerous|necessary|better|worth|easy|easier|hard|harder|ok|okay|bad|good|that|called"
    r"|cold|colder|hot|hotter|warm|warmer|dark|darker|takes?|costs?) (?:(?:that|to|for|if) )?"
)
"""*It* here points at nothing: what is meant comes after (*is it true that …*, *why is it colder in …*)."""

INDIRECT = _any(
    r"(?:(?:does|do|did|is there) )?(?:anyone|any body)(?: here| else| out there)?(?: who| that)?"
    r" (?:knows?|understands?|remembers?|(?:has|have|got) (?:an|any) (?:ideas?|clues?))(?: about| on)?",
    r"(?:can|could|would|will) (?:anyone|you|you guys)(?: here)?(?: please)?"
    r" (?:tell|explain|show|teach|help|remind)(?: to)?(?: me| us)?(?: please)?(?: understand)?",
    r"do you(?: guys| all)?(?: happen to)? know",
    r"(?:i|we)(?: am| was| are| were| have been)?(?: just| always| also| really| still| often)?"
    r" (?:wondering|wondered|wonder|curious|want to know|would like to know|need to know|wanted to know|wanted to ask"
    r"|want to ask|do not understand|can not figure out|can not find out)(?: about)?",
    r"wondering|curious",
    r"any (?:ideas?|tips?|clues?|suggestions?|advice|recommendations?|thoughts)(?: on| about| for| as to)?",
    r"(?:tell|explain)(?: to)? (?:me|us)",
)
"""A question wrapped in another sentence; what follows must open with one of `WRAPPED`."""

WRAPPED = _any("how", "why", "what", "when", "where", "who", "whose", "which", "if", "whether")

WANTS_HELP = _any(
    r"(?:i|we) (?:really )?need (?:(?:some|a little|a bit of) )?(?:help|advice) (?:with|on|to|in|understanding)",
    r"(?:can|could|would|will) anyone(?: here)?(?: please)? help",
    r"any(?: good)? (?:ways?|tricks?|methods?|tips?|advice|suggestions?) (?:to|of|on|for)",
)
"""Asks for help with something, which must be named in the same clause."""

TAGS = _any(
    r"right|ok|okay|huh|eh|no|yes|yeah|correct|true|see|get it|got it|you know|or what|or not|what|agreed|deal|innit",
    rf"{AUXILIARY}(?: not)? (?:i|you|it|he|she|they|we|there)(?: not)?",
)
"""A last clause that is nothing but this makes what stands before it a statement (*it rains a lot, right?*)."""

PROPOSALS = (
    r"why not|why (?:do not|would|would not|should|did|did not|are|have) (?:you|we|i)",
    r"why do (?:you|i)(?! (?:need|yawn|sneeze|dream|cry|blush|hiccup|laugh|shiver|sweat|get|see|hear|breathe|blink))",
    r"(?:how|what) about|what if (?:you|we|i)(?! (?:mix|add|put|heat|drop))",
    r"has anyone (?:tried|seen|got)|have you|did you|are you|do you(?! know)",
)
"""Advice in the form of a question, and checks of what the other one did."""

RHETORIC = (
    r"who (?:cares|knows|needs|asked|said|says|am i|else|wants?|has|have|did|do|does|can|could|will|would|are you)",
    r"who is (?:here|in|up|on|going|coming|playing|there|ready|online|free|next|that|this|it|he|she|with|your)",
    r"(?:how|why|what) (?:on earth|the (?:hell|heck|fuck|[a-z]*ing))|how dare|how hard (?:can|could|is it)",
    r"how (?:could|can) (?:i|anyone) forget|how (?:am|was) i supposed|how (?:would|should) i know|what could go wrong",
    r"why (?:bother|me|am i|so|should i|would anyone|is everyone|is nobody|does everyone|does nobody)|since when",
    r"what is the (?:point|big deal|matter|problem|issue|scoop|rush|hurry|catch|use|plan|occasion|hold up|joke)",
    r"what are the (?:odds|chances)|is it just me|what kind of (?:idiot|person|question)",
    r"which (?:is|was|are|were) (?:why|what|how|when|where)",
)

SMALL_TALK = (
    r"how (?:is|was|were|are) (?:the )?[a-z]+$",
    r"how (?:are|is|was|were) (?:you|your|everyone|everything|it going|life|things|the weekend|school)",
    r"how (?:do|have) you (?:do|been|feel)|how goes|how (?:is|are) [a-z]+ (?:going|doing|coming|been)",
    r"what is (?:up|new|going on|happening|cooking|wrong|next|that|this|it|everyone|for)|what (?:happened|happens)$",
    r"what (?:are|is) (?:everyone|we|you)|what (?:is|was) (?:your|his|her|their|my)",
    r"where (?:are|is|were|was) (?:you|he|she|we|my)|(?:where|why|what|when|how) [a-z]+ (?:everyone|nobody|no one)",
    r"what (?:is|are|was|were) (?:[a-z]+ ){1,2}(?:doing|saying|wearing|eating|up to)$|what did (?:[a-z]+ ){1,3}say$",
    r"(?:where|when|who|how) (?:is|are|was) (?:ms|mr|mrs|miss|sir|the teacher|the librarian|the book)",
)

MAY_I = "(?:may|can|could|should|shall|do|am|will) i(?: please)?"

PERMISSION = (
    rf"{MAY_I} (?:ask|go|have|borrow|get|come|leave|sit|eat|drink|join|send|say|talk|speak|pm|dm|message|post|share)",
    rf"{MAY_I} (?:be excused|work|show|call|play|start|stop|do it|try|see|also|too|need|bring|hand)",
    r"may i|(?:where|who) (?:can|do|should|could) i ask|is it (?:ok|okay|all right|alright|fine|allowed)",
)
"""Asking whether one may, and asking whether one may ask."""

DO_WE = "(?:what|how|when|where) (?:do|should|shall|will|can|are|did) we"

DOING_TOGETHER = (
    r"how (?:do|can|should|would) (?:i|we) (?:log|sign|join|leave|delete|upload|submit|mute|post|ask|reply|turn in)",
    r"what (?:should|shall|do|can|could) (?:i|we) (?:write|do with|say|read|draw|pick|choose|wear|bring|call|put)",
    r"what (?:did|have) i (?:do|done|say|tell|miss|told|said)",
    rf"{DO_WE} (?:do|go|meet|start|need|have|get|sit|supposed|doing|going|learning|reading|put|hand|turn|write)",
    r"what (?:does|did) (?:it|he|she|this|that|the (?:error|message|output|log|screen)) (?:say|do|mean|print|show)",
    r"what (?:error|output|message|version)",
)
"""What the people in the room are doing, just now."""

NEVER = _any(*PROPOSALS, *RHETORIC, *SMALL_TALK, *PERMISSION, *DOING_TOGETHER)
"""Opens like a question and asks nothing that a researcher could take."""

HOUSEKEEPING = _any(
    r"\b(?:homework|hw|assignments?|due|deadline|quiz|exams?|grades?|graded|marks|bathroom|toilet|restroom|recess|lunch"
    r"|detention|attendance|zoom|wi ?fi password|tomorrow|tonight|yesterday|weekend|field trip|roblox|fortnite)",
    r"\bthis (?:channel|chat|server|room|bot|lesson|class|group|thread|site|page|game)",
    r"\b(?:next|last) (?:lesson|class|week|night)",
    r"\b(?:a|the|which|what|another) (?:channel|class|lesson|teacher|bot|page|chapter|worksheet|room|seat|test)",
    r"\b(?:what|which) (?:page|chapter|exercise|room|group|day|time|slide|worksheet|period|seat|number)",
    r"\b(?:number|question|exercise|task|problem|step) \d+|\b(?:ms|mr|mrs|miss|sir) [a-z]+|\b[a-z]+ here$",
    r"\b(?:the|our) (?:library|office|cafeteria|canteen|gym|playground)",
    r"\bmy (?:answers?|turn|group|partner|work|essay|account)",
    r"\bask (?:(?:a|some) )?questions?",
)
"""About the class, the room and the day, wherever it stands: a neighbour knows it, no source does."""

OPINION = _any(
    r"\b(?:annoying|boring|cringe|weird|stupid|dumb|lame|rude|ugly|awesome|hates?|sucks?|best friend"
    r"|unfair|crush|favou?rite|idiots?)"
)
"""Where these stand, likes and dislikes are aired."""

LAUGHTER = _any(r"\b(?:lo+l|lmf?ao|rofl|jk|xd+|(?:ha){2,}h?|(?:he){2,}h?|smh|bruh)")

ANYONE = _any(
    r"\b(?:if|when|unless|once|until|before|after|while) you",
    r"\b(?:how|where) (?:do|can|could|would|should) you"
    r"(?! (?:know|like|want|mean|think|live|guys|all|feel|come|go|have|plan))",
    r"\bwhat (?:do|can|could|would) you (?:call|need (?:to|for|in order)|get (?:if|when|from|by))",
    r"\b(?:good|bad|healthy|unhealthy|dangerous|harmful|makes?|helps?|hurts?|kills?|keeps?) (?:for )?you",
    r"\bwhy (?:do|does|are|is|can) (?:you|your)|\bhow (?:do|does|can) your",
)
"""Where *you* means anybody (*what happens if you mix …*)."""

SECOND_PERSON = _any(r"\b(?:you|your|yours|yourself)")

ABBREVIATIONS = _set("mr mrs ms dr st vs etc approx e.g i.e")
"""Their full stop ends no sentence."""

JOINING = _set("when if because while once after before although though until than as")
"""*It* right after these mostly points back into its own sentence (*why does ice crack when it melts*)."""

POINTERS = _set("""
    discordtag he her hers him his it one ones she such that theirs them these they thing this those weblink
""")
"""Words that point at something; it has to stand in the same message."""

NOTHING = POINTERS | _set("""
    a about above after again all also always am an and answer any anyone anything are around as at away back bad be
    because been before being best better between big both but by call called can cause change codespan come could
    did difference different do does doing done down each easy else error even ever every everything exactly explain
    few find first fix for from get give go goes going good got great guys had happen happened happens hard has have
    having help here how i if in install instead into is issue its just keep kind know last less let like little
    long look lot made make makes many matter may me mean means might more most much must my name need never new
    next no none not now of off old on once only or order other our out output over own people place please point
    possible problem put question quite quotation really reason reinstall right run same say scoop see set should
    show so solution some something sort start still stop stuff supposed sure take tell than thanks the their then
    there things think to together too true try trying until up us use used using version very want was way we well
    went were what when where which while who whom whose why will with without work working works would wrong yet
    you your
""")
"""Words without a meaning of their own: a clause made only of them names nothing that could be looked up."""

ABROAD = {
    "German": "warum|wieso|weshalb|wie(?! geht| bitte| war)|was (?:ist|sind|bedeutet|passiert|war)|wann|woher"
    "|welche[rsn]?|wo (?:liegt|ist|sind|leben|lebt)|wer (?:hat|war)",
    "French": "pourquoi|comment(?! ca| allez| vas| tu| on| below)|qu'est|que signifie|quel(?:le)?s? (?:est|sont)"
    "|combien|quand",
    "Spanish": "por que|como(?! estas?| estan| te)|que (?:es|son|significa)|cual(?:es)?|cuando|donde|cuant[oa]s?",
    "Portuguese": "o que e|que (?:e|sao)|como(?! va[is]?)|quant[oa]s?|quando|onde|qual",
    "Italian": "perche|cos'e|cosa (?:e|sono|significa|succede)|quant[oiae]|quando|come (?:si|fa|fanno|funziona)",
    "Polish": "dlaczego|jak(?! sie masz| tam| leci)|co (?:to|oznacza)|kiedy|gdzie|ile",
    "Swedish": "varfor|hur(?! mar| ar det| gar)|vad (?:ar|betyder|hander)",
    "Norwegian and Danish": "hvorfor|hvordan|hva er|hvad er",
    "Dutch": "waarom|hoe(?! gaat)|wat (?:is|zijn)",
    "Finnish": "miksi|miten|mika on",
    "Turkish": "neden|nasil",
    "Russian": "почему|зачем|как(?! дела| ты| вы)|что (?:такое|значит)|когда|где|сколько|откуда",
    "Ukrainian": "чому|навіщо|скільки|що таке",
    "Greek": "γιατι|πως(?! εισαι| παει)|τι (?:ειναι|σημαινει)|ποτε|ποσ[αοιη]",
    "Arabic": "لماذا|كيف(?! حال)|ما (?:هو|هي|معنى|سبب)|متى|اين|كم",
    "Persian": "چرا|چگونه|چطور",
    "Hebrew": "למה|מדוע|איך(?! אתה| את| הולך)|מה (?:זה|הוא|היא)|מתי",
}
"""How a question opens in the languages that classes may bring; it counts only with its question mark."""

ABROAD_INSIDE = {
    "Hindi": "क्यों|कैसे",
    "Korean": "왜|어떻게",
    "Chinese": "为什么|为何|怎么(?!样|了)|如何|什么是|是什么|為什麼|怎麼(?!樣|了)|是什麼",
    "Japanese": "なぜ|どうして|どうやって|とは何|って何",
}
"""In these the asking word need not stand first, or no space sets it apart."""
