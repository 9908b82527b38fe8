#include "app/control_table.h"

#include <gtest/gtest.h>
#include <sstream>

#include "app/control_catalogue.h"
#include "json/document.h"

namespace salus::app {
namespace {

using admin::ControlState;

std::vector<ShownControl> some_controls() {
    return {{"TRN-1", "First", ControlState::enforced, "short"},
            {"TRN-2", "Second", ControlState::partly, std::string(300, 'x')},
            {"AZ-1", "Third", ControlState::not_yet,
             "many words that do not fit into one line of a narrow terminal and are wrapped"},
            {"AZ-2", "Fourth", ControlState::failing, "with \"quotes\""}};
}

TEST(ControlTable, NoLineIsWiderThanTheTerminal) {
    for (std::size_t const width : {40U, 60U, 100U, 200U}) {
        std::istringstream table(
            control_table(some_controls(), {.width = width, .colours = TableStyle::Colours::no}));
        for (std::string line; std::getline(table, line);) {
            bool const heading = !line.starts_with(' ');
            EXPECT_TRUE(heading || line.size() <= width) << line;
        }
    }
}

TEST(ControlTable, ATerminalOfNoWidthDoesNotHang) {
    auto const table =
        control_table(some_controls(), {.width = 0, .colours = TableStyle::Colours::no});
    EXPECT_TRUE(table.contains("Fourth"));
}

TEST(ControlTable, ColoursAreForTerminalsOnly) {
    auto const plain = control_table(some_controls(), {});
    EXPECT_FALSE(plain.contains('\x1b'));
    auto const coloured = control_table(some_controls(), {.colours = TableStyle::Colours::yes});
    EXPECT_TRUE(coloured.contains("\x1b[1;31mfailing"));
}

TEST(ControlTable, CannotDrawOnTheTerminal) {
    std::vector<ShownControl> const controls{
        {"TRN-1", "First\x1b[2J", ControlState::enforced, "a\x1b]0;title\x07z\r\n"}};
    auto const table = control_table(controls, {});
    EXPECT_FALSE(table.contains('\x1b'));
    EXPECT_FALSE(table.contains('\x07'));
    EXPECT_FALSE(table.contains('\r'));
}

TEST(ControlTable, EveryFamilyHasAName) {
    for (auto const& control : control_catalogue()) {
        std::vector<ShownControl> const controls{
            {std::string(control.id.text()), "Title", ControlState::enforced, "evidence"}};
        auto const table = control_table(controls, {});
        EXPECT_TRUE(table.substr(0, table.find('\n')).contains(' ')) << control.id.text();
    }
}

TEST(ControlTable, SumsUp) {
    auto const table = control_table(some_controls(), {});
    EXPECT_TRUE(table.ends_with("1 enforced, 1 partly, 1 not yet, 1 failing\n")) << table;
    EXPECT_EQ(count_states(some_controls()), (std::array<std::size_t, 4>{1, 1, 1, 1}));
}

TEST(ControlJson, IsAnArrayThatSaysTheSame) {
    json::Parser parser;
    auto const document = parser.parse(control_json(some_controls()));
    ASSERT_TRUE(document);
    ASSERT_TRUE(document->root().is_array());
    ASSERT_EQ(document->root().size(), 4U);
    auto const first = *document->root().elements().begin();
    EXPECT_EQ(first.text_member("id"), "TRN-1");
    EXPECT_EQ(first.text_member("state"), "enforced");
}

TEST(ControlReport, WhatIsNoReportIsRefused) {
    for (auto const* body : {"", "null", "[]", "{}", R"({"controls":[]})", R"({"controls":{}})",
                             R"({"controls":[)", "<html>"}) {
        EXPECT_FALSE(read_report(body)) << body;
    }
}

TEST(ControlReport, AnUnknownStateIsFailing) {
    auto const controls = read_report(
        R"({"controls":[{"id":"A-1","state":"splendid"},{"id":"A-2"},{"id":"A-3","state":1}]})");
    ASSERT_TRUE(controls);
    for (auto const& control : *controls) EXPECT_EQ(control.state, ControlState::failing);
}

TEST(ControlReport, ReadsWhatTheServerWrites) {
    auto const controls =
        read_report(R"({"controls":[{"id":"A-1","title":"T","state":"not yet","evidence":"e"}]})");
    ASSERT_TRUE(controls);
    EXPECT_EQ(controls->front().state, ControlState::not_yet);
    EXPECT_EQ(controls->front().evidence, "e");
}

}  // namespace
}  // namespace salus::app
