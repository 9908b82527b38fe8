#include <algorithm>
#include <bit>
#include <simdjson.h>

#include "foundation/secret.h"
#include "json/document.h"
#include "json/indexer.h"

namespace salus::json {
namespace {

// What a parser costs that reads one token and dies: its buffers are overwritten when they are
// freed.
constexpr std::size_t kSmallestCapacity = 512;
// Buffers are about 14 bytes per byte of text; larger ones are given back after each text.
constexpr std::size_t kKeptCapacity = limits::kMiB;

std::unexpected<Error> refuse(simdjson::error_code error) {
    switch (error) {
        case simdjson::UTF8_ERROR: return fail(Errc::invalid, "not valid UTF-8");
        case simdjson::NUMBER_ERROR: return fail(Errc::invalid, "number malformed or out of range");
        case simdjson::DEPTH_ERROR: return fail(Errc::too_large, "JSON nested too deeply");
        case simdjson::CAPACITY: return fail(Errc::too_large, "JSON text too large");
        case simdjson::MEMALLOC: return fail(Errc::unavailable, "out of memory");
        default: return fail(Errc::invalid, "not valid JSON");
    }
}

// The text with room behind it for simdjson's wide reads. What had to be copied is scrubbed.
std::unique_ptr<std::string> padded(std::string text) {
    auto owned = std::make_unique<std::string>();
    if (text.capacity() >= text.size() + simdjson::SIMDJSON_PADDING) {
        *owned = std::move(text);
        return owned;
    }
    owned->reserve(text.size() + simdjson::SIMDJSON_PADDING);
    owned->assign(text);
    scrub(text);
    return owned;
}

}  // namespace

// simdjson's two stages, driven one by one: the Indexer needs the positions that the first stage
// finds, which the public DOM interface hides. The interface used is that of simdjson 3.0.1.
struct Parser::Engine {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
    simdjson::dom::document tape;
    std::size_t tape_capacity = 0;

    [[nodiscard]] simdjson::error_code reserve(std::size_t size, std::size_t depth) {
        if (stages && stages->capacity() >= size) return simdjson::SUCCESS;
        auto const error = simdjson::get_active_implementation()->create_dom_parser_implementation(
            std::bit_ceil(std::max(size, kSmallestCapacity)), depth, stages);
        // What got a part of its memory only must not look as if it had all of it.
        if (error != simdjson::SUCCESS) stages.reset();
        return error;
    }
    [[nodiscard]] simdjson::error_code reserve_tape() {
        if (tape_capacity >= stages->capacity()) return simdjson::SUCCESS;
        auto const error = tape.allocate(stages->capacity());
        tape_capacity = error == simdjson::SUCCESS ? stages->capacity() : 0;
        return error;
    }
    // What the second stage copied of the text's strings; its own bound of how much that is.
    // A text that was refused before the tape had room for it was not copied.
    void scrub_strings(std::size_t text_size) {
        if (!tape.string_buf || tape_capacity < text_size) return;
        scrub({tape.string_buf.get(), 5 * text_size / 3 + simdjson::SIMDJSON_PADDING});
    }
    void give_back() {
        if (!stages || stages->capacity() <= kKeptCapacity) return;
        stages.reset();
        tape = {};
        tape_capacity = 0;
    }
    [[nodiscard]] std::span<std::uint32_t const> structurals() const {
        return {stages->structural_indexes.get(), stages->n_structural_indexes};
    }
    [[nodiscard]] Result<Document> run(std::string text, Scrutiny scrutiny, ParseLimits limits);
    [[nodiscard]] Result<void> find_structurals(Document const& document, Scrutiny scrutiny,
                                                ParseLimits limits);
};

Result<void> Parser::Engine::find_structurals(Document const& document, Scrutiny scrutiny,
                                              ParseLimits limits) {
    auto const text = document.text();
    if (text.empty()) return fail(Errc::invalid, "empty JSON text");
    if (text.size() > simdjson::SIMDJSON_MAXSIZE_BYTES - simdjson::SIMDJSON_PADDING)
        return fail(Errc::too_large, "JSON text too large");
    // One level more than allowed: the Indexer refuses at exactly the limit.
    auto const depth = static_cast<std::size_t>(limits.depth) + 1;
    if (auto error = reserve(text.size(), depth); error != simdjson::SUCCESS) return refuse(error);
    auto const* bytes = reinterpret_cast<std::uint8_t const*>(text.data());
    if (auto error = stages->stage1(bytes, text.size(), simdjson::stage1_mode::regular);
        error != simdjson::SUCCESS)
        return refuse(error);
    if (scrutiny == Scrutiny::structure) return {};
    if (auto error = reserve_tape(); error != simdjson::SUCCESS) return refuse(error);
    if (auto error = stages->stage2(tape); error != simdjson::SUCCESS) return refuse(error);
    return {};
}

Result<Document> Parser::Engine::run(std::string text, Scrutiny scrutiny, ParseLimits limits) {
    Document document(padded(std::move(text)));
    auto outcome = find_structurals(document, scrutiny, limits);
    if (outcome) outcome = Indexer(document, structurals(), scrutiny, limits).run();
    if (scrutiny == Scrutiny::members) scrub_strings(document.text().size());
    give_back();
    if (!outcome) return fail(std::move(outcome).error());
    return document;
}

Parser::Parser(ParseLimits limits) : engine_(std::make_unique<Engine>()), limits_(limits) {}
Parser::~Parser() = default;

Result<Document> Parser::parse(std::string text) {
    return engine_->run(std::move(text), Scrutiny::members, limits_);
}

Result<Document> Parser::index(std::string text) {
    return engine_->run(std::move(text), Scrutiny::structure, limits_);
}

}  // namespace salus::json
