#include "fhir/fhirpath/expression.h"

#include <gtest/gtest.h>
#include <string>

#include "foundation/limits.h"

namespace salus::fhir::fhirpath {
namespace {

struct Refusal {
    Errc code;
    std::string where;
};

Refusal refusal(Result<Expression> const& result, std::string_view text) {
    EXPECT_FALSE(result) << text;
    return result ? Refusal{Errc::internal, ""}
                  : Refusal{result.error().code, result.error().where.path()};
}

std::string repeated(std::string_view piece, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += piece;
    return text;
}

TEST(FhirPathExpressionTest, ReadsTheGrammar) {
    for (auto const* each : {"1",
                             "'a'",
                             "{}",
                             "$this",
                             "@2015-02-04T14:34:28Z",
                             "@T14:34",
                             "4 days",
                             "4 'mg'",
                             "Patient.name[0].given",
                             "name.`given`",
                             "text.`div`",
                             "text.div",
                             "as.is.in.contains",
                             "%`vs-administrative-gender`",
                             "%resource.id",
                             "%'ext-x'",
                             "a is FHIR.`Patient`",
                             "(a as Quantity).value",
                             "a.ofType(System.String)",
                             "-1 + +2",
                             "1.is(Integer)",
                             "// only\n1 /* and */ + 2",
                             "a.where($this is Patient and $index > 0)",
                             "iif(a, b)",
                             "'\\u00e9\\uD83D\\uDE00'"})
        EXPECT_TRUE(Expression::compile(each)) << each;
}

TEST(FhirPathExpressionTest, RefusesWhatIsNoFhirPathAndSaysWhere) {
    struct {
        char const* text;
        char const* where;
    } const cases[] = {
        {"", "[0]"},
        {"2 + 2 /", "[7]"},
        {"2 + 2 /* x", "[6]"},
        {"'a", "[0]"},
        {"`a", "[0]"},
        {"a.", "[2]"},
        {"a..b", "[2]"},
        {"(a", "[2]"},
        {"a)", "[1]"},
        {"a[1", "[3]"},
        {"{a}", "[1]"},
        {"a b", "[2]"},
        {"'\\x'", "[0]"},
        {"'\\u12'", "[0]"},
        {"'\\ud83d'", "[0]"},
        {"@", "[0]"},
        {"@2015-13", "[0]"},
        {"@T25", "[0]"},
        {"@T14:34:28Z", "[10]"},
        {"$that", "[0]"},
        {"a.$this", "[2]"},
        {"%", "[1]"},
        {"a ! b", "[2]"},
        {"2147483648", "[0]"},
        {"a.foo()", "[2]"},
        {"a.where()", "[2]"},
        {"a.count(1)", "[2]"},
        {"a.is(Thing)", "[5]"},
        {"a is", "[4]"},
        {"a as 1", "[5]"},
        {"and", "[0]"},
        {"``", "[0]"},
        {"a.substring(1,2,3)", "[2]"},
        {"'a'.matches('(')", "[12]"},
        {"'a'.matches('(a)\\\\1')", "[12]"},
        {"\xff", "[0]"},
    };
    for (auto const& each : cases) {
        auto const found = refusal(Expression::compile(each.text), each.text);
        EXPECT_EQ(found.code, Errc::invalid) << each.text;
        EXPECT_EQ(found.where, each.where) << each.text;
    }
}

TEST(FhirPathExpressionTest, RefusesWhatIsNotOffered) {
    for (auto const* each : {"a.slice('x', 'y')", "a.elementDefinition()", "a.subsumes(b)"})
        EXPECT_EQ(refusal(Expression::compile(each), each).code, Errc::not_supported) << each;
}

TEST(FhirPathExpressionTest, IsBoundedInLengthDepthAndParts) {
    auto const depth = limits::kFhirPathDepth;
    for (auto const& each :
         {repeated("(", 100'000), repeated("-", 30'000) + "1", "a" + repeated(".a", depth + 1),
          "1" + repeated("+1", depth + 1), repeated("a.where(", 1'000),
          "a" + repeated("[0]", depth + 1), repeated(" ", limits::kFhirPathTextBytes) + "1"}) {
        auto const found = refusal(Expression::compile(each), each.substr(0, 20));
        EXPECT_EQ(found.code, Errc::too_large) << each.substr(0, 20);
    }
    EXPECT_TRUE(Expression::compile(repeated("(", depth - 1) + "1" + repeated(")", depth - 1)));
    EXPECT_FALSE(Expression::compile("'a'.matches('" + repeated("((a{100}){100}){100}", 1) + "')"));
}

TEST(FhirPathExpressionTest, ChecksAgainstAType) {
    auto const& patient = *find_resource_type("Patient");
    for (auto const* each :
         {"name.given", "Patient.name.given", "Resource.id", "deceased is dateTime",
          "contact.name.family", "name.select(given | family)", "birthDate.extension('x').value",
          "contained.anything", "descendants().anything", "name.where(use = 'official').first()",
          "(deceased as Period).start", "link.other.resolve().name",
          "name.given.toString().length()", "iif(active, 1, 2)", "name.given.startsWith('x')",
          "repeat(contact).name"})
        EXPECT_TRUE(Expression::compile_for(patient, each)) << each;
    struct {
        char const* text;
        char const* where;
    } const refused[] = {
        {"name.given1", "[5]"},
        {"Encounter.name", "[0]"},
        {"deceasedBoolean", "[0]"},
        {"(deceased as Period).unit", "[21]"},
        {"name.where(used = 'official')", "[11]"},
        {"children().skip(1)", "[11]"},
        {"descendants()[0]", "[13]"},
        {"iif('text', 1, 2)", "[0]"},
        {"identifier.startsWith('x')", "[11]"},
        {"birthDate.value", "[10]"},
    };
    for (auto const& each : refused) {
        auto const found = refusal(Expression::compile_for(patient, each.text), each.text);
        EXPECT_EQ(found.code, Errc::invalid) << each.text;
        EXPECT_EQ(found.where, each.where) << each.text;
    }
}

}  // namespace
}  // namespace salus::fhir::fhirpath
