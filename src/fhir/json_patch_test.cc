#include "fhir/json_patch.h"

#include "fhir/decimal_value.h"
#include "fhir/material_for_test.h"
#include "foundation/limits.h"

namespace salus::fhir {
namespace {

std::string reveal(EphiText const& text) {
    return text.reveal(testing::EphiTestAccess::access());
}

// The patched text, or the code of the refusal.
struct Patched {
    std::optional<std::string> text;
    Errc code = Errc::internal;
};

Patched patched(std::string const& document, std::string const& patch,
                EmptiedLists emptied = EmptiedLists::stay) {
    json::Parser parser;
    auto const parsed = parser.parse(document);
    EXPECT_TRUE(parsed) << document;
    auto const steps = JsonPatch::parse(EphiText(patch), parser);
    if (!steps) return {std::nullopt, steps.error().code};
    auto const result = steps->apply(parsed->root(), emptied);
    if (!result) return {std::nullopt, result.error().code};
    return {reveal(*result), Errc::internal};
}

bool same(std::string const& a, std::string const& b) {
    json::Parser parser;
    auto const document = parser.parse(a);
    return document && patched(a, R"([{"op":"test","path":"","value":)" + b + "}]").text;
}

TEST(JsonPatchTest, PublicCases) {
    auto const files = material("fhir-patch");
    auto const file = std::ranges::find_if(
        files, [](auto const& path) { return path.filename() == "json-patch-tests.json"; });
    if (file == files.end()) return;
    json::Parser parser;
    auto const cases = parser.parse(read_text(*file));
    ASSERT_TRUE(cases);
    std::size_t count = 0;
    for (auto const each : cases->root().elements()) {
        auto const result = patched(std::string(each.member("doc")->raw()),
                                    std::string(each.member("patch")->raw()));
        auto const expected = each.member("expected");
        auto const name = each.text_member("comment").value_or("");
        ASSERT_EQ(result.text.has_value(), expected.has_value()) << name;
        if (expected) EXPECT_TRUE(same(*result.text, std::string(expected->raw()))) << name;
        ++count;
    }
    EXPECT_EQ(count, 16U);
}

TEST(JsonPatchTest, NumbersAndUntouchedTextKeepTheirSpelling) {
    auto const result = patched(R"({"a":1.50,"b":{"c":[1.0, 2e0]},"d":"\u00e9"})",
                                R"([{"op":"move","from":"/b/c/0","path":"/e"},
                                    {"op":"add","path":"/f","value":3.000}])");
    EXPECT_EQ(result.text, R"({"a":1.50,"b":{"c":[2e0]},"d":"\u00e9","e":1.0,"f":3.000})");
}

TEST(JsonPatchTest, TestsCompareByValue) {
    auto const holds = [](std::string const& value, std::string const& expected) {
        return patched("{\"v\":" + value + "}",
                       R"([{"op":"test","path":"/v","value":)" + expected + "}]")
            .text.has_value();
    };
    EXPECT_TRUE(holds("1", "1.0"));
    EXPECT_TRUE(holds("-10e-1", "-1"));
    EXPECT_TRUE(holds("0", "-0.00"));
    EXPECT_TRUE(holds(R"("\u0061")", R"("a")"));
    EXPECT_TRUE(holds(R"({"x":1,"y":[null,true]})", R"({"y":[null,true],"x":1.0})"));
    EXPECT_FALSE(holds("1", "2"));
    EXPECT_FALSE(holds("1", "\"1\""));
    EXPECT_FALSE(holds("[1,2]", "[2,1]"));
    EXPECT_FALSE(holds("[1]", "[1,1]"));
    EXPECT_FALSE(holds(R"({"x":1})", R"({"x":1,"y":1})"));
    EXPECT_FALSE(holds(R"({"x":1})", R"({"z":1})"));
    EXPECT_FALSE(holds("false", "null"));
    EXPECT_FALSE(holds("0.1", "0.10000000000000000001"));
}

TEST(JsonPatchTest, ArrayIndexesHaveOneSpelling) {
    for (auto const* path : {"/a/00", "/a/01", "/a/-1", "/a/+1", "/a/1e0", "/a/ 1", "/a/", "/a/1.0",
                             "/a/18446744073709551616", "/a/4", "/a/x"}) {
        auto const patch = std::string(R"([{"op":"add","path":")") + path + R"(","value":9}])";
        EXPECT_EQ(patched(R"({"a":[1,2,3]})", patch).code, Errc::unprocessable) << path;
    }
    // "-" is the place behind the last element: nothing stands there.
    for (auto const* operation : {"remove", "replace", "test"}) {
        auto const patch =
            std::string(R"([{"op":")") + operation + R"(","path":"/a/-","value":9}])";
        EXPECT_EQ(patched(R"({"a":[1]})", patch).code, Errc::unprocessable) << operation;
    }
    EXPECT_EQ(patched(R"({"a":[1]})", R"([{"op":"replace","path":"/a/1","value":9}])").code,
              Errc::unprocessable);
}

TEST(JsonPatchTest, RefusesWhatIsNoPatch) {
    for (auto const* patch :
         {"{}", "1", "[1]", "[{}]", R"([{"op":"add","path":"/a"}])", R"([{"op":"add","value":1}])",
          R"([{"op":"ADD","path":"/a","value":1}])", R"([{"op":"add","path":"a","value":1}])",
          R"([{"op":"add","path":1,"value":1}])", R"([{"op":"move","path":"/a"}])",
          R"([{"op":"add","path":"/~2","value":1}])", R"([{"op":"add","path":"/~","value":1}])",
          "[", "not json", R"([{"op":"add","op":"remove","path":"/a","value":1}])",
          R"([{"op":"move","from":"/a","path":"/a/b"}])",
          R"([{"op":"move","from":"","path":"/a"}])"}) {
        EXPECT_EQ(patched(R"({"a":{"b":1}})", patch).code, Errc::invalid) << patch;
    }
    EXPECT_EQ(patched("{}", R"([{"op":"remove","path":""}])").code, Errc::unprocessable);
    EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"add","path":"/a/b","value":1}])").code,
              Errc::unprocessable);
}

TEST(JsonPatchTest, MovesAndCopies) {
    EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"move","from":"/a","path":"/a"}])").text,
              R"({"a":1})");
    EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"move","from":"/b","path":"/b"}])").code,
              Errc::unprocessable);
    EXPECT_EQ(patched(R"({"a":{"b":1}})", R"([{"op":"copy","from":"/a","path":"/a/c"}])").text,
              R"({"a":{"b":1,"c":{"b":1}}})");
    EXPECT_EQ(patched(R"({"a":{"b":1}})", R"([{"op":"copy","from":"","path":"/a"}])").text,
              R"({"a":{"a":{"b":1}}})");
    // "/ab" is not inside "/a".
    EXPECT_EQ(patched(R"({"a":1,"ab":{}})", R"([{"op":"move","from":"/a","path":"/ab/c"}])").text,
              R"({"ab":{"c":1}})");
    EXPECT_EQ(patched(R"({"a":1})", R"([{"op":"add","path":"/__proto__","value":{"x":1}}])").text,
              R"({"a":1,"__proto__":{"x":1}})");
}

TEST(JsonPatchTest, EmptiedListsGoWhereFhirHasNone) {
    auto const* document = R"({"a":[1],"b":{"c":[2],"d":3}})";
    auto const* patch = R"([{"op":"remove","path":"/a/0"},{"op":"remove","path":"/b/c/0"},
                            {"op":"add","path":"/e","value":[]}])";
    EXPECT_EQ(patched(document, patch, EmptiedLists::go).text, R"({"b":{"d":3}})");
    EXPECT_EQ(patched(document, patch).text, R"({"a":[],"b":{"c":[],"d":3},"e":[]})");
}

TEST(JsonPatchTest, ElementsAreNamedOnce) {
    json::Parser parser;
    auto const patch =
        JsonPatch::parse(EphiText(R"([{"op":"add","path":"/_birthDate/id","value":"x"},
                     {"op":"move","from":"/name/0","path":"/name/1"},
                     {"op":"copy","from":"/te~1lecom","path":"/birthDate"}])"),
                         parser);
    ASSERT_TRUE(patch);
    EXPECT_EQ(patch->elements(), (std::vector<std::string>{"birthDate", "name", "te/lecom"}));
    auto const whole = JsonPatch::parse(EphiText(R"([{"op":"test","path":"","value":1}])"), parser);
    ASSERT_TRUE(whole);
    EXPECT_FALSE(whole->elements());
}

std::string repeated(std::string const& operation, std::size_t count) {
    std::string patch = "[";
    for (std::size_t i = 0; i < count; ++i) patch += (i == 0 ? "" : ",") + operation;
    return patch + "]";
}

TEST(JsonPatchTest, GrowthIsBounded) {
    auto const document = R"({"a":[")" + std::string(1000, 'x') + "\"]}";
    // Doubles with each step.
    auto const doubling = repeated(R"({"op":"copy","from":"/a","path":"/a/-"})", 60);
    EXPECT_EQ(patched(document, doubling).code, Errc::too_large);
    // Grows deeper, not wider.
    auto const deepening = repeated(R"({"op":"copy","from":"/a","path":"/a/0"})", 900);
    EXPECT_EQ(patched(R"({"a":[[]]})", deepening).code, Errc::too_large);
    auto const large = R"({"a":")" + std::string(limits::kResourceBytes / 2, 'x') + "\"}";
    auto const to_and_fro = repeated(R"({"op":"copy","from":"/a","path":"/b"},
                                        {"op":"remove","path":"/b"})",
                                     400);
    EXPECT_EQ(patched(large, to_and_fro).code, Errc::too_large);
}

TEST(JsonPatchTest, LengthIsBounded) {
    auto const many =
        repeated(R"({"op":"test","path":"","value":{}})", limits::kPatchOperations + 1);
    EXPECT_EQ(patched("{}", many).code, Errc::too_large);
    auto const path = std::string(limits::kPatchPointerBytes + 1, '/');
    EXPECT_EQ(patched("{}", R"([{"op":"remove","path":")" + path + "\"}]").code, Errc::too_large);
    std::string deep;
    for (int i = 0; i <= limits::kJsonDepth; ++i) deep += "/a";
    EXPECT_EQ(patched("{}", R"([{"op":"remove","path":")" + deep + "\"}]").code, Errc::too_large);
}

TEST(JsonPatchTest, WorkIsBounded) {
    std::string list = "[0";
    for (int i = 1; i < 50'000; ++i) list += "," + std::to_string(i);
    auto const document = "{\"a\":" + list + "]}";
    auto const inserting = repeated(R"({"op":"add","path":"/a/0","value":1})", 1000);
    EXPECT_EQ(patched(document, inserting).code, Errc::too_large);
}

TEST(DecimalValueTest, ComparesWithoutRounding) {
    EXPECT_TRUE(same_decimal("1", "1.000"));
    EXPECT_TRUE(same_decimal("100", "1e2"));
    EXPECT_TRUE(same_decimal("1E+2", "100.0"));
    EXPECT_TRUE(same_decimal("0.0", "-0"));
    EXPECT_FALSE(same_decimal("1", "-1"));
    EXPECT_FALSE(same_decimal("12345678901234567890", "12345678901234567891"));
}

}  // namespace
}  // namespace salus::fhir
