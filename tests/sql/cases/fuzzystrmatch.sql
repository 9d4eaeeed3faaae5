-- fuzzystrmatch, unaccent
CREATE EXTENSION fuzzystrmatch;
CREATE EXTENSION unaccent;
SELECT levenshtein('kitten', 'sitting'), levenshtein('', 'abc'), levenshtein('a', 'b', 2, 3, 4), levenshtein('häuser', 'hauser'), levenshtein('same', 'same');
SELECT levenshtein_less_equal('kitten', 'sitting', 2), levenshtein_less_equal('kitten', 'sitting', 5), levenshtein_less_equal('extensive', 'exhaustive', 1, 2, 3, 4);
SELECT levenshtein(repeat('a', 256), 'b');
SELECT soundex('Robert'), soundex('Rupert'), soundex('Tymczak'), soundex('Pfister'), soundex(''), text_soundex('Anne'), difference('Anne', 'Andrew'), difference('Anne', 'Ann');
SELECT unaccent('Hôtel Åse ß œ ½ №'), unaccent('plain'), unaccent('Crème Brûlée, Łódź, Ñandú');
