// SPDX-License-Identifier: GPL-2.0
/*
 * The other side of simgrid.c: flows over a cluster of SimGrid's, in its plainest fluid
 * model - no protocol, no correction, bandwidth shared fairly.
 *
 *   simgrid TOPOLOGY BANDWIDTH LATENCY SOURCE:DESTINATION:BYTES...
 *
 * TOPOLOGY is "fat-tree:DOWN,...:UP,..." or "torus:SIZE,...".  All flows begin at once;
 * when each ends is printed, in seconds, a line a flow.
 */
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include <simgrid/s4u.hpp>

namespace s4u = simgrid::s4u;

struct flow {
	unsigned int from;
	unsigned int to;
	unsigned long long bytes;
};

template <typename T> static std::vector<T> numbers(const std::string &text)
{
	std::vector<T> list;
	std::stringstream in(text);
	std::string word;

	while (std::getline(in, word, ','))
		list.push_back(std::stoul(word));
	return list;
}

static std::pair<simgrid::kernel::routing::NetPoint *, simgrid::kernel::routing::NetPoint *>
make_host(s4u::NetZone *zone, const std::vector<unsigned long> &, unsigned long id)
{
	auto *host = zone->create_host("host-" + std::to_string(id), 1e9);

	host->seal();
	return { host->get_netpoint(), nullptr };
}

static s4u::NetZone *make_zone(const std::string &spec, double bandwidth, double latency)
{
	s4u::ClusterCallbacks callbacks(make_host);
	size_t a = spec.find(':'), b = spec.find(':', a + 1);

	if (spec.compare(0, a, "torus") == 0)
		return s4u::create_torus_zone("zone", nullptr,
					      numbers<unsigned long>(spec.substr(a + 1)),
					      callbacks, bandwidth, latency,
					      s4u::Link::SharingPolicy::SPLITDUPLEX);
	auto down = numbers<unsigned int>(spec.substr(a + 1, b - a - 1));
	auto up = numbers<unsigned int>(spec.substr(b + 1));
	std::vector<unsigned int> one(down.size(), 1);

	return s4u::create_fatTree_zone("zone", nullptr,
					s4u::FatTreeParams(down.size(), down, up, one),
					callbacks, bandwidth, latency,
					s4u::Link::SharingPolicy::SPLITDUPLEX);
}

static void send_all(const std::vector<flow> &flows)
{
	std::vector<s4u::CommPtr> comms;

	for (const auto &f : flows)
		comms.push_back(s4u::Comm::sendto_async(
			s4u::Host::by_name("host-" + std::to_string(f.from)),
			s4u::Host::by_name("host-" + std::to_string(f.to)), f.bytes));
	for (const auto &comm : comms)
		comm->wait();
	for (const auto &comm : comms)
		std::printf("%.12f\n", comm->get_finish_time());
}

int main(int argc, char **argv)
{
	std::vector<flow> flows;
	s4u::Engine engine(&argc, argv);

	engine.set_config("network/model:CM02");
	engine.set_config("network/TCP-gamma:0");
	engine.set_config("network/crosstraffic:0");
	engine.set_config("network/loopback-lat:0");
	if (argc < 5)
		return 2;
	for (int i = 4; i < argc; i++) {
		flow f;

		if (std::sscanf(argv[i], "%u:%u:%llu", &f.from, &f.to, &f.bytes) != 3)
			return 2;
		flows.push_back(f);
	}
	make_zone(argv[1], std::atof(argv[2]), std::atof(argv[3]))->seal();
	s4u::Actor::create("main", s4u::Host::by_name("host-0"), send_all, flows);
	engine.run();
	return 0;
}
