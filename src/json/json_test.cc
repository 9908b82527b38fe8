#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>

#include "json/document.h"
#include "json/escape.h"
#include "json/writer.h"

namespace salus::json {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

void expect_refused(std::string text, Errc code = Errc::invalid) {
    Parser parser;
    auto const document = parser.parse(text);
    ASSERT_FALSE(document) << text.substr(0, 80);
    EXPECT_EQ(document.error().code, code) << text.substr(0, 80);
}

TEST(JsonTest, KeepsNumbersAsWritten) {
    Parser parser;
    auto const document = parser.parse(R"( { "a" : 1.00 , "b":[ -0.10e+2 , 7 ] } )");
    ASSERT_TRUE(document);
    auto const root = document->root();
    EXPECT_EQ(root.raw(), R"({ "a" : 1.00 , "b":[ -0.10e+2 , 7 ] })");
    EXPECT_EQ(root.size(), 2U);
    EXPECT_EQ(root.member("a")->raw(), "1.00");
    auto const list = *root.member("b");
    EXPECT_EQ(list.size(), 2U);
    std::vector<std::string> raw;
    for (auto const element : list.elements()) raw.emplace_back(element.raw());
    EXPECT_EQ(raw, (std::vector<std::string>{"-0.10e+2", "7"}));
    EXPECT_EQ((*++list.elements().begin()).integer(), 7);
    EXPECT_FALSE((*list.elements().begin()).integer());
    EXPECT_FALSE(root.member("c"));
    EXPECT_FALSE(list.member("a"));
}

TEST(JsonTest, TellsTextFromOtherBytes) {
    for (auto const* text : {"", "a", "\u00e9", "\u20ac", "\U0001f600"}) EXPECT_TRUE(is_utf8(text));
    // Alone, cut, too long, a surrogate, beyond Unicode.
    for (auto const* bytes : {"\x80", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
        EXPECT_FALSE(is_utf8(bytes));
    }
}

TEST(JsonTest, ResolvesEscapes) {
    Parser parser;
    auto const document = parser.parse(R"({"n\u0061me":"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00z"})");
    ASSERT_TRUE(document);
    EXPECT_EQ(document->root().text_member("name"), "a\"\\/\b\f\n\r\t\u00e9\U0001F600z");
    EXPECT_TRUE(document->root().member("name")->has_escapes());
    EXPECT_EQ(unescape("a\\"), "a\\");
    EXPECT_EQ(unescape("\\u12"), "\\u12");
    EXPECT_EQ(unescape("\\ud800x"), "\ufffdx");
}

TEST(JsonTest, TopLevelScalarsAreDocuments) {
    Parser parser;
    for (auto const* text : {"null", " true ", "\"x\"", "-1.5e3", "[]", "{}"})
        EXPECT_TRUE(parser.parse(text)) << text;
}

TEST(JsonTest, RefusesDuplicateNamesHoweverTheyAreSpelled) {
    expect_refused(R"({"id":1,"id":2})");
    expect_refused(R"({"id":1,"\u0069d":2})");
    expect_refused(R"({"\u0069d":1,"id":2})");
    expect_refused(R"({"\u0069d":1,"\u0069\u0064":2})");
    expect_refused(R"({"a":[{"b":{"c":1,"d":2,"c":3}}]})");
    std::string many = "{";
    for (int i = 0; i < 1000; ++i) many += "\"m" + std::to_string(i) + "\":0,";
    expect_refused(many + R"("\u006d7":1})");
    Parser parser;
    EXPECT_TRUE(parser.parse(many + R"("m":1})"));
    EXPECT_TRUE(parser.parse(R"({"a":{"a":1},"b":{"a":1}})"));
}

TEST(JsonTest, RefusesLoneSurrogates) {
    expect_refused(R"(["\ud800"])");
    expect_refused(R"(["\udc00"])");
    expect_refused(R"(["\udc00\ud800"])");
    expect_refused(R"({"\udfff":1})");
    expect_refused(R"(["\ud800\u0041"])");
    Parser parser;
    EXPECT_TRUE(parser.parse(R"(["\\ud800"])"));
}

TEST(JsonTest, BoundsDepthAndNodes) {
    Parser parser;
    EXPECT_TRUE(parser.parse(nested(limits::kJsonDepth)));
    EXPECT_TRUE(parser.index(nested(limits::kJsonDepth)));
    expect_refused(nested(limits::kJsonDepth + 1), Errc::too_large);
    expect_refused(nested(1'000'000), Errc::too_large);
    EXPECT_FALSE(parser.index(nested(limits::kJsonDepth + 1)));
    expect_refused(std::string(100'000, '['));
    Parser small(ParseLimits{.depth = 3, .nodes = 4});
    EXPECT_TRUE(small.parse("[1,2,3]"));
    EXPECT_EQ(small.parse("[1,2,3,4]").error().code, Errc::too_large);
    EXPECT_EQ(small.parse("[[[[]]]]").error().code, Errc::too_large);
}

TEST(JsonTest, RefusesWhatIsNotJson) {
    for (auto const& text : {""s,
                             " "s,
                             "\0"s,
                             "[1]\0"s,
                             "[\"\0\"]"s,
                             "\xef\xbb\xbf{}"s,
                             "{\"a\":1}{}"s,
                             "[1] 2"s,
                             "{a:1}"s,
                             "['a']"s,
                             "[1,]"s,
                             "{\"a\":1,}"s,
                             "[01]"s,
                             "[+1]"s,
                             "[.5]"s,
                             "[1.]"s,
                             "[NaN]"s,
                             "[\"\x80\"]"s,
                             "[\"\xc0\xaf\"]"s,
                             "[\"\xed\xa0\x80\"]"s,
                             "[\"a\nb\"]"s,
                             "// c\n[]"s,
                             "[1e999]"s,
                             "[123456789012345678901234567890]"s,
                             "{\"a\"}"s,
                             "{\"a\":}"s,
                             "[\"\\x\"]"s,
                             "\"abc"s,
                             "[tru]"s,
                             "[truex]"s,
                             "]"s,
                             "{]"s,
                             "[}"s,
                             ":"s,
                             ","s,
                             "{\"a\" \"b\"}"s})
        expect_refused(text);
}

// index() is only for text that was validated, yet stays safe on anything.
TEST(JsonTest, IndexSurvivesGarbage) {
    Parser parser;
    std::string const seed = R"({"a":[1,"x\"y",{"b":null}],"c":true})";
    for (std::size_t cut = 0; cut <= seed.size(); ++cut) (void)parser.index(seed.substr(0, cut));
    for (std::size_t at = 0; at < seed.size(); ++at) {
        for (char const c : "\"{}[]:,\\ 1\x80"s) {
            auto text = seed;
            text[at] = c;
            auto const document = parser.index(text);
            if (!document) continue;
            for (auto const value : std::vector{document->root()})
                EXPECT_LE(value.raw().size(), text.size());
        }
    }
    auto const document = parser.index(seed);
    ASSERT_TRUE(document);
    EXPECT_EQ(document->root().member("a")->raw(), R"([1,"x\"y",{"b":null}])");
}

TEST(JsonTest, ParserIsReusableAfterErrorsAndLargeTexts) {
    Parser parser;
    std::string large = "[";
    for (int i = 0; i < 400'000; ++i) large += "12345,";
    large += "0]";
    ASSERT_TRUE(parser.parse(large));
    EXPECT_FALSE(parser.parse("{"));
    auto const document = parser.parse(R"({"a":"b"})");
    ASSERT_TRUE(document);
    EXPECT_EQ(document->root().text_member("a"), "b");
    auto const again = parser.index(large);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->root().size(), 400'001U);
}

// What a text leaves behind is overwritten; a text that was refused before its strings were copied
// left nothing, and the room that an earlier, smaller one was given ends where it ends.
TEST(JsonTest, OverwritesNothingBehindItsBuffers) {
    for (auto const& refused : {std::string(64'000, 'x') + "\xff", "[\"" + std::string(64'000, 'x'),
                                "[" + std::string(64'000, '[')}) {
        Parser parser;
        ASSERT_TRUE(parser.parse(R"({"a":"b"})"));
        EXPECT_FALSE(parser.parse(refused));
        EXPECT_TRUE(parser.parse(R"({"a":"b"})"));
    }
}

TEST(JsonTest, DocumentsMoveWithTheirText) {
    Parser parser;
    std::vector<Document> documents;
    for (int i = 0; i < 40; ++i) documents.push_back(*parser.parse("[" + std::to_string(i) + "]"));
    for (int i = 0; i < 40; ++i) {
        auto const& document = documents[static_cast<std::size_t>(i)];
        EXPECT_EQ((*document.root().elements().begin()).integer(), i);
    }
}

TEST(WriterTest, PlacesCommasAndEscapes) {
    std::string out;
    Writer writer(out);
    writer.begin_object().key("a\"b").string("x\\\n\x01\u00e9").key("list").begin_array();
    writer.integer(-1).boolean(true).null().begin_object().end_object().raw("1.00").end_array();
    writer.key("z").begin_array().end_array().end_object();
    EXPECT_EQ(out,
              "{\"a\\\"b\":\"x\\\\\\n\\u0001\u00e9\",\"list\":[-1,true,null,{},1.00],\"z\":[]}");
    EXPECT_TRUE(Parser().parse(out));
    EXPECT_EQ(minify(" { \"a b\" : [ 1.00 , \"x  y\" ] } "), R"({"a b":[1.00,"x  y"]})");
    EXPECT_EQ(minify(""), "");
}

TEST(JsonTest, AgreesWithTheJsonTestSuite) {
    auto const* variable = std::getenv("SALUS_MATERIAL");
    fs::path const material = variable != nullptr
                                  ? fs::path(variable)
                                  : fs::path(SALUS_SOURCE_DIR) / "../shared/material";
    auto const folder = material / "jsontestsuite-dev/test_parsing";
    if (!fs::exists(folder)) {
        std::cout << "no JSONTestSuite material: not checked\n";
        return;
    }
    Parser parser;
    int accepted = 0;
    int refused = 0;
    for (auto const& entry : fs::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        std::string const text{std::istreambuf_iterator<char>(file), {}};
        auto const name = entry.path().filename().string();
        auto const document = parser.parse(text);
        (void)parser.index(text);
        // The suite calls a repeated member valid; the house refuses it (FHIR, RFC 8259 section 4).
        bool const repeated = name.starts_with("y_object_duplicated_key");
        if (name.starts_with("y_") && !repeated) {
            EXPECT_TRUE(document) << name << ": " << document.error().why.text();
            ++accepted;
        }
        if (name.starts_with("n_") || repeated) {
            EXPECT_FALSE(document) << name;
            ++refused;
        }
        if (document) {
            EXPECT_TRUE(parser.parse(minify(document->text()))) << name;
        }
    }
    EXPECT_GT(accepted, 40);
    EXPECT_GT(refused, 100);
}

TEST(PrettyTest, LaysOutAndKeepsEverySpelling) {
    std::string const text = R"({"a":[1.50,{"b\"{":"},[\\"}],"c":[],"d":{},"e":[null,true]})";
    EXPECT_EQ(pretty(R"({"a":[1.50],"b":{}})"), "{\n  \"a\": [\n    1.50\n  ],\n  \"b\": {}\n}\n");
    EXPECT_EQ(minify(pretty(text)), text);
    EXPECT_EQ(pretty("[]"), "[]\n");
}

}  // namespace
}  // namespace salus::json
