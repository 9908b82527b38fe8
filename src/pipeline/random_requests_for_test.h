// Requests of every kind, about invented records (invented_records_for_test.h) that exist, that do
// not, and that the caller may not see. Included by tests only.
#pragma once

#include <utility>

#include "pipeline/invented_records_for_test.h"
#include "pipeline/pipeline_for_test.h"

namespace salus::testing {

class RandomRequests {
public:
    explicit RandomRequests(unsigned seed) : chance_(seed) {}

    TestRequest next() {
        switch (pick(chance_, 10)) {
            case 0:
            case 1: return {.target = read()};
            case 2: return conditional_read();
            case 3: return {.target = everything()};
            case 4: return batch();
            case 5:
            case 6: return write();
            default: return {.target = search()};
        }
    }
    TestRequest next_read() {
        switch (pick(chance_, 5)) {
            case 0: return {.target = read()};
            case 1: return conditional_read();
            case 2: return {.target = everything()};
            default: return {.target = search()};
        }
    }

private:
    using Texts = std::vector<std::string>;

    template <class List>
    std::string one_of(List const& list) {
        return list[pick(chance_, list.size())];
    }
    bool sometimes(std::size_t of = 2) { return pick(chance_, of) == 0; }
    std::string type() { return one_of(kInventedTypes); }
    std::string patient() { return sometimes(12) ? "nobody" : one_of(kInventedPatients); }
    std::string name() {
        auto const kind = type();
        return kind + "/" + invented_id(kind, pick(chance_, kInventedIds));
    }
    std::string version() { return std::to_string(1 + pick(chance_, 3)); }

    std::string read() {
        auto const whose = sometimes(5) ? "Patient/" + patient() : name();
        switch (pick(chance_, 8)) {
            case 0: return whose + "/_history/" + version();
            case 1: return whose + "/_history";
            case 2: return whose + "/_history?_count=1";
            case 3: return whose + "/$meta";
            case 4: return whose + "?_elements=status,category";
            case 5: return whose + "?_summary=true";
            default: return whose;
        }
    }
    TestRequest conditional_read() {
        TestRequest wanted{.target = name()};
        if (sometimes(4)) wanted.method = http::Method::head;
        auto const tag = "W/\"" + version() + "\"";
        auto const future =
            sometimes() ? "Fri, 01 Jan 2100 00:00:00 GMT" : "Fri, 01 Jan 2010 00:00:00 GMT";
        wanted.headers.push_back(
            sometimes() ? std::pair<std::string, std::string>{"If-None-Match", tag}
                        : std::pair<std::string, std::string>{"If-Modified-Since", future});
        return wanted;
    }
    std::string everything() {
        if (sometimes(4)) return sometimes() ? "_history?_count=5" : type() + "/_history?_count=4";
        auto const more =
            one_of(Texts{"", "?_count=3", "?_type=Observation,Patient", "?_type=Condition",
                         "?start=2026-03-10", "?_since=2026-11-23T07:20:00Z", "?_count=0"});
        return "Patient/" + patient() + "/$everything" + more;
    }

    // What holds for resources of a type.
    std::string criterion(std::string const& of) {
        auto const day = std::string(sometimes() ? "gt" : "le") + "2026-03-1" +
                         std::to_string(pick(chance_, 10));
        Texts any{"_id=" + invented_id(of, pick(chance_, kInventedIds)), "_security=R",
                  "_security:not=R", "_lastUpdated=gt2026-11-23T08:15:50Z"};
        if (of == "Observation") {
            any.insert(any.end(), {"status=" + one_of(kResults), "category=" + one_of(kCategories),
                                   "code=urn:c|" + one_of(kCodes), "date=" + day,
                                   "category:not=" + one_of(kCategories), "code:missing=false",
                                   "encounter.status=" + one_of(kStatuses),
                                   "has-member.category=" + one_of(kCategories),
                                   "_has:Observation:has-member:status=" + one_of(kResults)});
        } else if (of == "Condition") {
            any.insert(any.end(), {"category=" + one_of(kCategories), "severity=" + one_of(kCodes),
                                   "recorded-date=" + day, "severity:not=" + one_of(kCodes),
                                   "encounter.class=" + one_of(kCategories)});
        } else {
            any.insert(any.end(), {"class=" + one_of(kCategories), "status=" + one_of(kStatuses),
                                   "date=" + day, "type=" + one_of(kCodes),
                                   "_has:Observation:encounter:code=" + one_of(kCodes),
                                   "_has:Condition:encounter:severity=" + one_of(kCodes)});
        }
        return one_of(any);
    }
    std::string shape(std::string const& of) {
        std::string const date = of == "Condition" ? "recorded-date" : "date";
        auto const include =
            of == "Encounter"
                ? "_revinclude=" + one_of(Texts{"Observation", "Condition"}) + ":encounter"
                : "_include=" + of + ":encounter";
        return one_of(Texts{"_count=1", "_count=2", "_sort=" + date, "_sort=-" + date + ",_id",
                            "_sort=-_lastUpdated", "_sort=status", "_sort=-category",
                            "_summary=count", "_summary=true", "_total=accurate", "_total=none",
                            "_elements=status", include, "_include=" + of + ":subject",
                            "_include=*", "_include=Observation:has-member",
                            "_revinclude=Observation:has-member", "_count=0"});
    }
    std::string search() {
        if (sometimes(8)) return search_of_patients();
        if (sometimes(10)) return "Patient/" + patient() + "/*?_count=3";
        auto const of = type();
        auto target = sometimes(3)
                          ? "Patient/" + patient() + "/" + of + "?_total=accurate"
                          : of + (sometimes(6) ? "?" + criterion(of) : "?patient=" + patient());
        while (sometimes()) target += "&" + criterion(of);
        while (sometimes()) target += "&" + shape(of);
        return target;
    }
    std::string search_of_patients() {
        auto const other = type();
        return one_of(Texts{
            "Patient?_id=" + patient() + "&gender=female",
            "Patient?identifier=urn:m|" + patient(),
            "Patient?_id=" + patient() + "&birthdate=gt1975",
            "Patient?_id=" + patient() + "&_has:" + other + ":patient:" + criterion(other),
            "Patient?_id=" + patient() + "&_revinclude=" + other + ":patient&_sort=gender",
            other + "?patient.identifier=urn:m|" + patient(),
            "Patient?name=Inv&birthdate=1970-01-01",
        });
    }

    TestRequest batch() {
        std::string body = R"({"resourceType":"Bundle","type":"batch","entry":[)";
        for (std::size_t left = 2 + pick(chance_, 2); left > 0; --left) {
            body += R"({"request":{"method":"GET","url":")" + (sometimes() ? read() : search()) +
                    "\"}}";
            if (left > 1) body += ",";
        }
        return {http::Method::post, "", kJson, body + "]}"};
    }

    // Writes that could tell: what stands at an id, how often it was written, what matches.
    TestRequest write() {
        auto const kind = type();
        auto const number = pick(chance_, kInventedIds);
        auto const record = invent(chance_, kind, number);
        auto headers = kJson;
        switch (pick(chance_, 7)) {
            case 0: headers.emplace_back("If-Match", "W/\"" + version() + "\""); break;
            case 1: headers.emplace_back("If-None-Match", "*"); break;
            case 2: return {http::Method::put, kind + "?" + condition(kind), kJson, record.json()};
            case 3: return create(record);
            case 4: return remove(record);
            case 5: return patch(record);
            default: break;
        }
        return {http::Method::put, record.name(), headers, record.json()};
    }
    std::string condition(std::string const& of) {
        return "patient=" + patient() + "&" + criterion(of);
    }
    TestRequest create(InventedRecord const& record) {
        auto json = record.json();
        auto const id = R"("id":")" + record.id + R"(",)";
        json.erase(json.find(id), id.size());
        auto headers = kJson;
        if (sometimes(3)) {
            auto const entry = R"({"resource":)" + json + R"(,"request":{"method":"POST","url":")" +
                               record.type + R"(","ifNoneExist":")" + condition(record.type) +
                               "\"}}";
            return {http::Method::post, "", kJson,
                    R"({"resourceType":"Bundle","type":"transaction","entry":[)" + entry + "]}"};
        }
        if (sometimes()) headers.emplace_back("If-None-Exist", condition(record.type));
        return {http::Method::post, record.type, headers, json};
    }
    TestRequest remove(InventedRecord const& record) {
        auto const target =
            sometimes() ? record.name() : record.type + "?" + condition(record.type);
        return {http::Method::remove, target, {}, ""};
    }
    TestRequest patch(InventedRecord const& record) {
        HeaderList const headers{{"Content-Type", "application/json-patch+json"}};
        auto const target =
            sometimes() ? record.name() : record.type + "?" + condition(record.type);
        auto const code = R"({"coding":[{"system":"urn:c","code":"x"}]})";
        auto const path = record.type == "Condition"     ? "/severity"
                          : record.type == "Observation" ? "/code"
                                                         : "/type/0";
        return {http::Method::patch, target, headers,
                R"([{"op":"replace","path":")" + std::string(path) + R"(","value":)" + code + "}]"};
    }

    inline static HeaderList const kJson{{"Content-Type", "application/fhir+json"}};
    Chance chance_;
};

}  // namespace salus::testing
