// Tables of entries: what a search in columns finds is what a look at each entry by itself finds,
// whatever tables the rows have gone through; and no bytes lead it beyond them.
#include <array>
#include <random>

#include "fhir/packed_numbers.h"
#include "fhir/search_match.h"
#include "fhir/search_samples_for_test.h"

namespace salus::fhir {
namespace {

using testing::bytes_of_table;
using testing::entry_of;
using testing::OwnedTable;
using testing::query;

// Few values for each element, so that many resources share them.
class Resources {
public:
    std::string observation(std::size_t number) {
        std::string text = R"({"resourceType":"Observation","id":")" + id(number) +
                           R"(","status":")" + pick({"final", "amended"}) +
                           R"(","code":{"coding":[)" + coding();
        if (one_in(3)) text += "," + coding();
        text += "]}";
        if (one_in(2)) text += R"(,"subject":{"reference":"Patient/)" + pick({"p", "q"}) + R"("})";
        if (one_in(3))
            text += R"(,"identifier":[{"type":{"coding":[{"system":"t","code":"MR"}]},"value":")" +
                    pick({"1", "2"}) + R"("}])";
        if (one_in(4))
            text += R"(,"performer":[{"identifier":{"system":"n","value":")" + pick({"1", "2"}) +
                    R"("}}])";
        if (one_in(2))
            text += R"(,"effectiveDateTime":")" + date() + R"(")";
        else if (one_in(2))
            text += R"(,"effectivePeriod":{"start":")" + date() + R"("})";
        if (one_in(2))
            text += R"(,"valueQuantity":{"value":)" + pick({"5", "5.4", "-3", "70"}) +
                    R"(,"unit":"mg","system":"urn:u","code":"mg"})";
        else if (one_in(2))
            text += R"(,"valueString":")" + pick({"Árbol", "arboles", "b"}) + R"(")";
        return text + "}";
    }
    std::string risk(std::size_t number) {
        return R"({"resourceType":"RiskAssessment","id":")" + id(number) +
               R"(","status":"final","subject":{"reference":"Patient/p"},"prediction":[{)" +
               R"("probabilityDecimal":)" + pick({"0.1", "0.25", "0.9"}) + "}]}";
    }
    std::string set(std::size_t number) {
        return R"({"resourceType":"ValueSet","id":")" + id(number) +
               R"(","status":"active","url":")" +
               pick({"http://a/b", "http://a", "http://a/b/c|2"}) + R"("})";
    }
    template <class Value = std::string>
    Value pick(std::vector<Value> const& values) {
        return values[random_() % values.size()];
    }
    bool one_in(std::size_t count) { return random_() % count == 0; }

private:
    std::string id(std::size_t number) { return "r" + std::to_string(100'000 + number); }
    std::string coding() {
        return R"({"system":")" + pick({"s", "t"}) + R"(","code":")" + pick({"a", "b", "c"}) +
               R"("})";
    }
    std::string date() { return pick({"2019", "2020-03", "2020-03-05", "2021-01-01"}); }

    std::mt19937 random_{20261125};
};

struct Search {
    char const* type;
    std::vector<char const*> names;
    std::vector<char const*> values;
};

// Every type of parameter and every modifier.
std::vector<Search> const kSearches = {
    {"Observation",
     {"code", "code:not", "combo-code", "status", "status:not", "_id", "_id:not"},
     {"a", "s|b", "|a", "t|", "x,c", "final", "r100003", "r100004,r100009"}},
    {"Observation",
     {"date", "_lastUpdated"},
     {"2020", "ne2020", "lt2020-03-05", "gt2020-03", "le2021", "ge2020-03-05", "sa2019", "eb2021",
      "ap2020-03-05", "2026-11-23"}},
    {"Observation",
     {"value-string", "value-string:exact", "value-string:contains"},
     {"arb", "Árbol", "ol"}},
    {"Observation", {"subject", "subject:Patient", "patient"}, {"p", "q", "x"}},
    {"Observation", {"subject"}, {"Patient/p", "Patient/p,Patient/q"}},
    {"Observation", {"performer:identifier"}, {"n|1", "2", "n|", "|1"}},
    {"Observation", {"identifier:of-type"}, {"t|MR|1", "t|MR|2", "t|XX|1"}},
    {"Observation",
     {"value-quantity", "combo-value-quantity"},
     {"5", "5.4", "gt5", "lt0", "5.4|urn:u|mg", "ne70", "5||kg", "le5.4", "ap5"}},
    {"Observation", {"code-value-quantity"}, {"a$5", "s|b$gt5", "c$lt0||mg"}},
    {"Observation",
     {"code:missing", "date:missing", "subject:missing", "performer:missing",
      "value-quantity:missing", "identifier:missing", "encounter:missing", "_id:missing",
      "_lastUpdated:missing"},
     {"true", "false"}},
    {"RiskAssessment", {"probability"}, {"0.1", "gt0.2", "ge0.25", "ne0.9", "0.1,0.9"}},
    {"ValueSet", {"url", "url:below", "url:above"}, {"http://a", "http://a/b", "http://a/b/c"}},
};

// One entry by itself, without a table.
bool meets(SearchClause const& clause, EntryView const& entry) {
    bool const negated = clause.modifier == SearchModifier::is_not;
    auto const name = std::string(clause.name.text());
    bool const own = name == "_id" || name == "_lastUpdated";
    if (clause.modifier == SearchModifier::missing) {
        bool const there = own || entry.find(name) || entry.find(name + ":of-type") ||
                           entry.find(name + ":identifier");
        return there != std::get<bool>(clause.criteria.front());
    }
    if (name == "_id") return id_matches(clause, entry.id()) != negated;
    if (name == "_lastUpdated") return time_matches(clause, entry.last_updated()) != negated;
    auto const side = clause.modifier == SearchModifier::of_type      ? ":of-type"
                      : clause.modifier == SearchModifier::identifier ? ":identifier"
                                                                      : "";
    auto const values = entry.find(name + side);
    return (values && any_value_matches(clause, *values)) != negated;
}

std::string naive(SearchQuery const& query, std::vector<EntryView> const& entries) {
    std::string ids;
    for (auto const& entry : entries) {
        bool const found = std::ranges::all_of(
            query.clauses(), [&](SearchClause const& clause) { return meets(clause, entry); });
        if (found) ids.append(entry.id()).append(" ");
    }
    return ids;
}

std::string in_columns(SearchQuery const& query, EntryTable const& table) {
    NoLinks links;
    auto rows = table.rows();
    EXPECT_TRUE(query.retain(table, rows, links).has_value());
    std::string ids;
    for (auto const row : rows) ids.append(table.id(row)).append(" ");
    return ids;
}

class EntryTableTest : public ::testing::Test {
protected:
    static constexpr std::size_t kEntries = 300;

    EntryTableTest() {
        for (std::size_t i = 0; i < kEntries; ++i) {
            bytes_["Observation"].push_back(entry_of(resources_.observation(i)));
            if (i % 10 != 0) continue;
            bytes_["RiskAssessment"].push_back(entry_of(resources_.risk(i)));
            bytes_["ValueSet"].push_back(entry_of(resources_.set(i)));
        }
        for (auto const& [type, entries] : bytes_) {
            for (auto const& entry : entries)
                views_[type].push_back(EntryView::decode(entry).value());
        }
    }
    OwnedTable table(std::string const& type) const {
        auto const& found = *find_resource_type(type);
        return {found, bytes_of_table(found, views_.at(type))};
    }
    SearchQuery some_query(Search const& search) {
        std::vector<SearchQuery::Parameter> parameters;
        auto const count = 1 + (resources_.one_in(2) ? 1U : 0U);
        for (std::size_t i = 0; i < count; ++i)
            parameters.emplace_back(resources_.pick(search.names), resources_.pick(search.values));
        // What a parameter does not take is refused, and another pair is drawn.
        auto parsed = query(search.type, parameters);
        return parsed ? *std::move(parsed) : some_query(search);
    }

    Resources resources_;
    std::map<std::string, std::vector<Bytes>> bytes_;
    std::map<std::string, std::vector<EntryView>> views_;
};

TEST_F(EntryTableTest, FindsWhatALookAtEachEntryFinds) {
    std::map<std::string, OwnedTable> tables;
    for (auto const& [type, views] : views_) tables.emplace(type, table(type));
    std::size_t some = 0;
    for (auto const& search : kSearches) {
        for (int i = 0; i < 100; ++i) {
            auto const asked = some_query(search);
            auto const expected = naive(asked, views_[search.type]);
            ASSERT_EQ(in_columns(asked, tables.at(search.type).table), expected)
                << search.names.front();
            if (!expected.empty()) ++some;
        }
    }
    EXPECT_GT(some, 400U);
}

TEST_F(EntryTableTest, RowsStayWhatTheyAreInOtherTables) {
    auto const& type = *find_resource_type("Observation");
    auto const whole = table("Observation");
    // Every third entry stays behind, and comes back as an entry.
    auto one = table("Observation");
    for (EntryTable::Row row = 0; row < kEntries; row += 3) one.table.hide(row);
    EXPECT_EQ(one.table.rows().size(), kEntries - kEntries / 3);
    EXPECT_EQ(one.table.find(one.table.id(0)), std::nullopt);
    EXPECT_EQ(one.table.find(one.table.id(1)), 1U);
    EntryTableWriter writer(type);
    for (EntryTable::Row row = 0; row < kEntries; ++row) {
        if (row % 3 == 0) {
            ASSERT_TRUE(writer.add(views_["Observation"][row]).has_value());
        } else {
            writer.add(one.table, row);
        }
    }
    auto const merged = std::move(writer).finish();
    ASSERT_TRUE(merged.has_value());
    EXPECT_EQ(*merged, whole.bytes);
}

TEST_F(EntryTableTest, HasOneListForEqualOnes) {
    auto const observations = table("Observation");
    EXPECT_LT(observations.table.lists(), 200U);
    std::size_t bytes = 0;
    for (auto const& entry : bytes_["Observation"]) bytes += entry.size();
    EXPECT_LT(observations.bytes.size(), bytes / 3);
}

TEST_F(EntryTableTest, AnEmptyTableIsATable) {
    auto const& type = *find_resource_type("Patient");
    OwnedTable const empty(type, bytes_of_table(type, {}));
    EXPECT_TRUE(empty.table.rows().empty());
    EXPECT_EQ(empty.table.find("x"), std::nullopt);
    EXPECT_EQ(in_columns(*query("Patient", {{"name", "x"}}), empty.table), "");
}

// A list of one date as it stands in a table.
Bytes date_list(std::int64_t start, std::int64_t end) {
    Bytes list{static_cast<std::uint8_t>(ParameterType::date)};
    append_u16(list, 1);
    append_u32(list, 16);
    append_u64(list, static_cast<std::uint64_t>(start));
    append_u64(list, static_cast<std::uint64_t>(end));
    return list;
}

TEST(OnlyDateTest, IsWhatAReaderReads) {
    auto const list = date_list(-5, 1'600'000'000'000'000'000);
    EXPECT_EQ(only_date(list), (TimeRange{-5, 1'600'000'000'000'000'000}));
    for (std::size_t at = 0; at < list.size(); ++at) {
        auto bad = list;
        bad[at] = static_cast<std::uint8_t>(bad[at] ^ 1U);
        auto const only = only_date(bad);
        EXPECT_EQ(only.has_value(), at >= 7) << at;
        if (only) EXPECT_EQ(*only, values_of(bad)->date()) << at;
    }
    for (std::size_t size = 0; size < list.size(); ++size)
        EXPECT_FALSE(only_date(BytesView(list).first(size))) << size;
    auto two = date_list(1, 2);
    two[2] = 2;
    append_u64(two, 3);
    append_u64(two, 4);
    EXPECT_FALSE(only_date(two));
}

TEST(OnlyDateTest, CellsOfEachWidthAndNumbersOfNoList) {
    auto const& type = *find_resource_type("Observation");
    auto const list = date_list(1'577'836'800'000'000'000, 1'577'836'800'000'000'001);  // in 2020
    auto const bytes_with = [&](Bytes const& column) {
        Bytes bytes;
        append_u32(bytes, 3);  // rows
        append_u32(bytes, 1);  // lists
        append_u16(bytes, 1);  // columns
        bytes.push_back(4);    // ids of several sizes
        for (std::uint32_t const id_end : {1U, 2U, 3U}) append_u32(bytes, id_end);
        append_u32(bytes, static_cast<std::uint32_t>(list.size()));
        append_packed(bytes, std::array<std::uint64_t, 3>{});
        append(bytes, bytes_of("\x04"
                               "date"));
        append(bytes, column);
        append(bytes, bytes_of("abc"));
        append(bytes, list);
        return bytes;
    };
    for (auto const width : std::array<std::uint8_t, 3>{1, 2, 4}) {
        Bytes column{width};
        // None, the one, and one that is not there.
        for (auto const number : std::array<std::uint8_t, 3>{0, 1, 2}) {
            column.resize(column.size() + width);
            column.back() = number;
        }
        auto const bytes = bytes_with(column);
        auto const table = EntryTable::open(type, bytes);
        ASSERT_TRUE(table) << int{width};
        EXPECT_EQ(in_columns(*query("Observation", {{"date", "2020"}}), *table), "b ");
        EXPECT_EQ(in_columns(*query("Observation", {{"date", "2021"}}), *table), "");
        EXPECT_EQ(in_columns(*query("Observation", {{"date", "2021,2020"}}), *table), "b ");
    }
    // One number for all rows, which may be that of no list.
    for (auto const number : std::array<std::uint8_t, 3>{0, 1, 2}) {
        auto const bytes = bytes_with({0, 0, 0, 0, number});
        auto const table = EntryTable::open(type, bytes);
        ASSERT_TRUE(table) << int{number};
        auto const* const found = number == 1 ? "a b c " : "";
        EXPECT_EQ(in_columns(*query("Observation", {{"date", "2020"}}), *table), found);
        auto const* const missing = number == 1 ? "" : "a b c ";
        EXPECT_EQ(in_columns(*query("Observation", {{"date:missing", "true"}}), *table), missing);
    }
    EXPECT_FALSE(EntryTable::open(type, bytes_with({3, 0, 0, 0, 0, 0, 0, 0, 0, 0})));
}

// What all rows have in common takes no room in each of them.
TEST(EntryTableSizeTest, WhatIsTheSameInAllRowsIsToldOnce) {
    std::vector<Bytes> entries;
    auto const size_of = [&](std::size_t count) {
        entries.clear();
        std::vector<EntryView> views;
        for (std::size_t i = 0; i < count; ++i) {
            entries.push_back(entry_of(R"({"resourceType":"Observation","id":")" +
                                       std::to_string(1'000 + i) +
                                       R"(","status":"final","code":{"text":"x"}})"));
        }
        for (auto const& entry : entries) views.push_back(EntryView::decode(entry).value());
        return bytes_of_table(*find_resource_type("Observation"), views).size();
    };
    EXPECT_EQ(size_of(40) - size_of(20), 20 * 4);  // their ids
}

TEST_F(EntryTableTest, WhatIsCutIsRefused) {
    auto const& type = *find_resource_type("RiskAssessment");
    auto const whole = table("RiskAssessment").bytes;
    for (std::size_t size = 0; size < whole.size(); ++size)
        ASSERT_EQ(EntryTable::open(type, BytesView(whole).first(size)).error().code, Errc::corrupt);
    auto longer = whole;
    longer.push_back(0);
    EXPECT_EQ(EntryTable::open(type, longer).error().code, Errc::corrupt);
}

TEST_F(EntryTableTest, DamageLeadsNowhere) {
    auto const& type = *find_resource_type("RiskAssessment");
    auto const asked = query("RiskAssessment", {{"probability", "gt0.2"},
                                                {"_lastUpdated", "2026"},
                                                {"subject", "p"},
                                                {"_sort", "-probability,_id"}});
    ASSERT_TRUE(asked);
    auto const whole = table("RiskAssessment").bytes;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (auto const bits : {0x01, 0x80, 0xff}) {
            auto bad = whole;
            bad[at] = static_cast<std::uint8_t>(bad[at] ^ bits);
            auto const opened = EntryTable::open(type, bad);
            if (!opened) continue;
            NoLinks links;
            auto rows = opened->rows();
            std::vector<SearchMatch> matches;
            for (auto const row : rows) matches.push_back({&*opened, row});
            EXPECT_TRUE(asked->retain(*opened, rows, links).has_value());
            EXPECT_LE(page_of(*asked, matches, nullptr, 10).matches.size(), 10U);
            static_cast<void>(opened->find("r100010"));
        }
    }
}

}  // namespace
}  // namespace salus::fhir
